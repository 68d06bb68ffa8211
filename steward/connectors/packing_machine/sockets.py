"""A scale that answers a line, and a label printer that takes its language raw, each at host:port.

Scales: the host asks `S` and a line comes back, `S S   2.400 kg` (steady) or `S D   2.400 kg` (moving).
Printers take labels on port 9100 as they are.
Source: Mettler-Toledo SICS level 0, command S; raw printing on port 9100.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import closing

from steward.modules.logistics.ports import MachineSilent, Weighed

TIMEOUT_S = 5.0
LONGEST_LINE = 200
ANSWER = re.compile(r"^S\s+([SD])\s+(-?\d+(?:\.\d+)?)\s*(kg|g)\s*$")


class SocketMachine:
    """Serves `logistics.machine`."""

    def weigh(self, address: str) -> Weighed:
        """Ask a scale. Raises: MachineSilent."""
        with closing(_connected(address)) as wire:
            try:
                wire.sendall(b"S\r\n")
                line = _line(wire)
            except OSError as error:
                raise MachineSilent(address=address, why=type(error).__name__) from error
        found = ANSWER.match(line)
        if found is None:
            raise MachineSilent(address=address, why=f"{line!r}")
        factor = 1_000 if found[3] == "kg" else 1
        return Weighed(weight_g=round(float(found[2]) * factor), is_steady=found[1] == "S")

    def print_label(self, address: str, label: str) -> None:
        """Send a label to a printer. Raises: MachineSilent."""
        with closing(_connected(address)) as wire:
            try:
                wire.sendall(label.encode())
                wire.shutdown(socket.SHUT_WR)
            except OSError as error:
                raise MachineSilent(address=address, why=type(error).__name__) from error


def _connected(address: str) -> socket.socket:
    """Open a line to a machine in the house; others are none of our business. Raises: MachineSilent."""
    host, _colon, port = address.rpartition(":")
    try:
        place = ipaddress.ip_address(host)
        if not (place.is_private or place.is_loopback) or not 0 < int(port) < 65_536:
            raise ValueError("not a local machine")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise MachineSilent(address=address, why=str(error)) from error


def _line(wire: socket.socket) -> str:
    read = b""
    while not read.endswith(b"\n") and len(read) < LONGEST_LINE:
        part = wire.recv(64)
        if not part:
            break
        read += part
    return read.decode("ascii", "replace").strip()
