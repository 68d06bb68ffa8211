"""Look at pictures: how large they are, and a small one of each for lists."""

from __future__ import annotations

import io
import warnings

from msgspec import Struct
from PIL import Image, ImageOps

EDGE_PX = 360
BACKGROUND = (255, 255, 255)


class Picture(Struct, frozen=True):
    """What was seen of a picture. Units: pixels. `thumbnail` is a JPEG, without anything its camera wrote."""

    width: int
    height: int
    thumbnail: bytes


class Unseen(ValueError):
    """Report a picture that cannot be looked at; the text is the reason it is refused for."""


def picture(content: bytes, *, most_pixels: int) -> Picture:
    """Look at a picture and make it small. Units: pixels.

    Raises: Unseen with “too_many_pixels” before anything is unpacked, or “broken”.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")) as opened:
                width, height = opened.size
                if width * height > most_pixels:
                    raise Unseen("too_many_pixels")
                return Picture(width, height, _small(opened))
    except Unseen:
        raise
    except Exception as error:  # whatever a decoder of broken octets raises: there is no list of it
        raise Unseen("broken") from error


def _small(opened: Image.Image) -> bytes:
    opened.draft("RGB", (EDGE_PX * 2, EDGE_PX * 2))
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((EDGE_PX, EDGE_PX))
    clear = upright.convert("RGBA")
    flat = Image.new("RGB", clear.size, BACKGROUND)
    flat.paste(clear, mask=clear.getchannel("A"))
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=80)
    return written.getvalue()
