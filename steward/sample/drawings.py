"""Draw the sample's only photo: a sorting hall of plain shapes, so that no picture of anybody has to be shipped."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 320, 200
Colour = tuple[int, int, int]
FLOOR, WALL, BELT, PARCEL, LAMP = (176, 182, 190), (226, 231, 238), (72, 80, 94), (196, 148, 92), (255, 246, 204)


def hall() -> bytes:
    """Return the picture as a PNG."""
    rows = b"".join(b"\0" + b"".join(bytes(_colour(x, y)) for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _colour(x: int, y: int) -> Colour:
    if y < 90:
        return LAMP if y in range(14, 22) and x % 80 in range(20, 60) else WALL
    if y in range(128, 150):
        return BELT
    return PARCEL if y in range(104, 128) and x % 46 in range(8, 36) else FLOOR
