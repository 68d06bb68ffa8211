"""Scales and label printers on the local network, over plain sockets."""

from steward.connectors.packing_machine.sockets import SocketMachine

machine = SocketMachine()

__all__ = ["machine"]
