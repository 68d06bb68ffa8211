"""Labels, packing slips and manifests: PDF by typst, ZPL as text, Code 128 and QR."""

from steward.connectors.labels.paper import PaperPrinter

printer = PaperPrinter()

__all__ = ["printer"]
