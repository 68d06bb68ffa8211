"""Rows of logistics: carriers and services."""

from steward.modules.logistics.models.carriers import Carrier, Coverage, Service

__all__ = ["Carrier", "Coverage", "Service"]
