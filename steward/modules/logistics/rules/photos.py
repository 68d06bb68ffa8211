"""Tell what a picture is by its content: names and declared types say nothing."""

from __future__ import annotations

LARGEST_BYTES = 8 * 1024 * 1024
SMALLEST_BYTES = 24
# The brands of HEIF that telephones take pictures in.
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def photo_kind(content: bytes) -> str:
    """Name the kind of a picture, "" where it is none.

    Source: the signatures of JPEG (ITU T.81: SOI … EOI), PNG (ISO/IEC 15948: signature and IHDR) and WebP (RFC 9649).
    """
    if len(content) < SMALLEST_BYTES:
        return ""
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-16:]:
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return ""


def evidence_kind(content: bytes) -> str:
    """Name the kind of a picture or a paper that proves something, "" where it is neither.

    Source: as photo_kind, and the signatures of PDF (ISO 32000-1, 7.5.2) and HEIF (ISO/IEC 23008-12: `ftyp` and brand).
    """
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "heic"
    return photo_kind(content)
