"""Draw sheets with typst; the fonts come from a package, never from the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import typst
from django.conf import settings

from steward.connectors.labels import zpl
from steward.connectors.labels.barcodes import code128_svg, qr_svg
from steward.modules.logistics.ports import ManifestSheet, PackingSlip, ParcelLabel

FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc"
WEIGHTS = ("400Regular", "700Bold")


class FontsMissing(RuntimeError):
    """Report that the package with the Chinese font is not installed."""


@cache
def _fonts() -> typst.Fonts:
    folder = Path(settings.NODE_MODULES) / FONT_PACKAGE
    paths = [folder / weight for weight in WEIGHTS]
    if not all(path.is_dir() for path in paths):
        raise FontsMissing(f"{FONT_PACKAGE} is not installed: run `make setup`")
    names = [str(path) for path in paths]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=names)


class PaperPrinter:
    """Serves the port `logistics.printer`."""

    def labels(self, labels: Sequence[ParcelLabel], words: Mapping[str, str]) -> bytes:
        """Draw labels of 100 × 150 mm, one a page."""
        drawn = [
            {
                **msgspec.to_builtins(label),
                "bars": code128_svg(label.tracking_number or label.code),
                "qr": qr_svg(label.code),
                "weight": f"{label.weight_g / 1000:.2f} kg",
            }
            for label in labels
        ]
        return _compiled("labels", drawn, words)

    def zpl(self, labels: Sequence[ParcelLabel], words: Mapping[str, str]) -> bytes:
        """Write labels as ZPL."""
        return zpl.document(labels, words).encode()

    def slips(self, slips: Sequence[PackingSlip], words: Mapping[str, str]) -> bytes:
        """Draw packing slips, one a page."""
        drawn = [{**msgspec.to_builtins(slip), "bars": code128_svg(slip.number)} for slip in slips]
        return _compiled("slips", drawn, words)

    def manifest(self, sheets: Sequence[ManifestSheet], words: Mapping[str, str]) -> bytes:
        """Draw manifests, each on pages of its own."""
        drawn = [
            {
                **msgspec.to_builtins(sheet),
                "bars": code128_svg(sheet.number),
                "weight": f"{sheet.weight_g / 1000:.1f} kg",
                "lines": [
                    {**msgspec.to_builtins(line), "weight": f"{line.weight_g / 1000:.2f}"} for line in sheet.lines
                ],
            }
            for sheet in sheets
        ]
        return _compiled("manifest", drawn, words)


def _compiled(sheet: str, rows: Sequence[Any], words: Mapping[str, str]) -> bytes:
    """Let typst draw a template of ours over the data; data stay data, no text of anybody becomes a command."""
    template = files(__package__).joinpath("sheets", f"{sheet}.typ").read_bytes()
    data = msgspec.json.encode({"rows": rows, "words": dict(words)}).decode()
    return typst.compile(template, font_paths=_fonts(), sys_inputs={"data": data}, format="pdf")
