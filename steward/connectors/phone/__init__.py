"""Telephone systems (PBX, CTI): what happens to calls, told by signed webhook."""

from steward.connectors.phone.of_standard import read

__all__ = ["read"]
