"""Tell what a file is by its content, never by its name; and whether it is taken at all.

Magic numbers of the kinds customers really send are few, so they stand here rather than in a library. What a browser or
an office program would run is refused, and so are archives, which nobody can look into.
Source: the file signatures of each format's specification; OWASP, unrestricted file upload.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from msgspec import Struct

from steward.modules.messaging.rules import texts

PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff")
# What a page may show in place; everything else is downloaded.
INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg"})
# Content that is refused for what it is.
PROGRAM, ACTIVE, ARCHIVE, MACRO, UNKNOWN = "program", "active", "archive", "macro", "unknown"
REFUSALS = (
    PROGRAM, ACTIVE, ARCHIVE, MACRO, UNKNOWN, "empty", "too_large", "too_many", "too_many_pixels", "broken", "infected",
    "erased",
)  # fmt: skip
LONGEST_NAME = 120
MOST_ENTRIES = 5_000
SIGNATURES: Sequence[tuple[bytes, str]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"#!", PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", PROGRAM),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
)
BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"msf1": "image/heic", b"avif": "image/avif",
    b"qt  ": "video/quicktime", b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp",
    b"M4A ": "audio/mp4",
}  # fmt: skip
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
TABLES = (OFFICE["xl/"], "text/plain")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_MACRO = "_VBA_PROJECT".encode("utf-16-le")
RUNS_IN_A_BROWSER = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|link|\?xml-stylesheet)\b",
    re.IGNORECASE,
)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
UNFIT_IN_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')


class Limits(Struct, frozen=True):
    """How much is taken. Units: bytes of one file, files of one message, pixels of a picture."""

    file_bytes: int
    files: int
    pixels: int


def media_type(content: bytes) -> str:
    """Name what a file is, as a media type; what is refused for what it is, by the reason."""
    if content[:2] == b"BM" and len(content) > 14 and int.from_bytes(content[2:6], "little") == len(content):
        return "image/bmp"
    for signature, found in SIGNATURES:
        if content.startswith(signature):
            return found
    if content[:4] == b"RIFF":
        return RIFF.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:12], "video/mp4")
    if content.startswith(b"PK"):
        return _zipped(content)
    if content.startswith(OLD_OFFICE):
        return MACRO if OLD_MACRO in content else "application/x-ole-storage"
    return _text(content)


def _zipped(content: bytes) -> str:
    """Tell an office document from an archive by what lies in it; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError):
        return UNKNOWN
    if len(names) > MOST_ENTRIES or "[Content_Types].xml" not in names:
        return ARCHIVE
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return MACRO
    return next((found for folder, found in OFFICE.items() if any(n.startswith(folder) for n in names)), ARCHIVE)


def _text(content: bytes) -> str:
    if RUNS_IN_A_BROWSER.search(content[:65_536]):
        return ACTIVE
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            read = content.decode(encoding)
        except UnicodeError:
            continue
        return UNKNOWN if UNPRINTABLE.search(read) else "text/plain"
    return UNKNOWN


def refusal(content: bytes, found: str, *, limits: Limits, place: int) -> str:
    """Name why a file is not kept, or return an empty text; `place` counts the files of its message from 0."""
    if place >= limits.files:
        return "too_many"
    if not content:
        return "empty"
    if len(content) > limits.file_bytes:
        return "too_large"
    return found if found in REFUSALS else ""


def safe_name(name: str) -> str:
    """Write a file's name so that it names nothing but a file: no folders, no control or direction characters."""
    last = texts.clean(name, 1_000).replace("\\", "/").rpartition("/")[2]
    plain = UNFIT_IN_NAME.sub("_", last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and 0 < len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME] or "file"
