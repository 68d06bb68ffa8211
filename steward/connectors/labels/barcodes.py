"""Code 128 and QR as drawings that any renderer takes."""

from __future__ import annotations

import io
from itertools import groupby

import segno
from barcode.codex import Code128

BAR_HEIGHT = 40
QUIET = 10
MASK = 4


def code128_svg(text: str) -> str:
    """Draw a Code 128 with its quiet zones, one unit a module, as one path. Source: ISO/IEC 15417."""
    modules = Code128(text).build()[0]
    at, bars = QUIET, []
    for bit, run in groupby(modules):
        width = len(list(run))
        if bit == "1":
            bars.append(f"M{at} 0h{width}v{BAR_HEIGHT}h-{width}z")
        at += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at + QUIET} {BAR_HEIGHT}" '
        f'preserveAspectRatio="none"><path d="{"".join(bars)}"/></svg>'
    )


def qr_svg(text: str) -> str:
    """Draw a QR code that survives a scratch. Source: ISO/IEC 18004, error correction M.

    The mask is given: looking for the best of eight takes most of the time, and readers take any.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=MASK).save(
        out, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()
