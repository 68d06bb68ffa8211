"""The frame of an e-mail: the text as it is, and the same as plain, safe HTML that every program shows."""

from __future__ import annotations

import re
from html import escape

URL = re.compile(r"https?://[^\s<>\"'，。；！？（）]+[^\s<>\"'，。；！？（）.,;!?)]")
LINK = "color:#0f766e;word-break:break-all"
PAGE = (
    '<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>'
    '<body style="margin:0;padding:24px 12px;background:#f4f6f8;color:#1f2937;'
    "font:16px/1.7 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif\">"
    '<div style="max-width:560px;margin:0 auto;background:#ffffff;border-radius:12px;padding:24px">'
    '<div style="font-weight:600;color:#0f766e;margin-bottom:16px">{house}</div>{paragraphs}</div>'
    '<div style="max-width:560px;margin:12px auto 0;font-size:13px;color:#6b7280">{footer}</div></body></html>'
)


def html_page(text: str, *, title: str, house: str, language: str, footer: str = "") -> str:
    """Write a text as an HTML page: everything escaped, paragraphs kept, addresses clickable."""
    paragraphs = "".join(
        f'<p style="margin:0 0 14px">{linked(part, style=LINK)}</p>' for part in re.split(r"\n\s*\n", text.strip())
    )
    return PAGE.format(
        lang=escape(language),
        title=escape(title),
        house=escape(house),
        paragraphs=paragraphs,
        footer=linked(footer, style=LINK),
    )


def linked(text: str, *, style: str = "") -> str:
    """Write a text as safe HTML: everything escaped, lines kept, addresses clickable.

    E-mail programs want the look in the tag; pages of ours, whose policy forbids that, leave `style` out.
    """
    pieces, at = [], 0
    look = f' style="{escape(style)}"' if style else ""
    for found in URL.finditer(text):
        pieces.append(escape(text[at : found.start()]).replace("\n", "<br>"))
        address = escape(found[0])
        pieces.append(f'<a href="{address}"{look}>{address}</a>')
        at = found.end()
    pieces.append(escape(text[at:]).replace("\n", "<br>"))
    return "".join(pieces)
