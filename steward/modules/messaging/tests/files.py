"""Files of every kind, made here."""

from __future__ import annotations

import io
import zipfile

from PIL import Image


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (800, 600), orientation: int = 1) -> bytes:
    """Draw a picture; `orientation` is what its camera wrote."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    drawn = Image.new("RGB", size, (200, 30, 30))
    drawn.save(written, kind, exif=exif)
    return written.getvalue()


def zipped(*names: str) -> bytes:
    """Pack empty files under some names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return written.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + b"\0" * 64
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
XLSM = zipped("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")
# The file every scanner knows and that harms nobody, in halves, so that none finds it here. Source: eicar.org.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
