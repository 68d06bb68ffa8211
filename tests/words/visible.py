"""What a reader sees of a page: its text and the attributes that are read out or shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style", "code", "kbd", "pre", "template", "svg", "textarea"})
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
SHOWN_ATTRIBUTES = frozenset({"title", "placeholder", "aria-label", "alt", "data-empty", "data-confirm"})
WORD = re.compile(r"[A-Za-z]{2,}")
# Codes, units, formats and names that are the same in every language.
ALLOWED = re.compile(
    r"\bhttps?://|\b(?:Steward|ERP|SKU|SKUs|CSV|XLSX|Parquet|JSON|NDJSON|API|UTF-8|utf-8|GB18030|gb18030|URL|ID|IP|XML|HTTPS?|TOTP|CSRF"
    r"|IMAP|TLS|STARTTLS"
    r"|PDF|columns|kinds|currency|US\$?|Ctrl|Enter|Esc|Shift|Tab|Alt|CNY|JPY|USD|GBP|EUR|BRL|HKD|HK|JP|ZPL|cm|EN|gz|English|kg|MB|ms"
    r"|[A-Z]{2,4}-[\w-]+|\w+/[\w-]+(?:/[\w-]+)*|[\w.+-]+@[\w.-]+|\w+(?:[._]\w+)+|stw_\w*|v\d+)\b|\b[a-z]+\.\*"
)


class _Reader(HTMLParser):
    """Collect what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.texts: list[str] = []
        self.value: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the shown attributes; remember that what follows is not shown."""
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        self.value = dict(attrs).get("value") if tag == "option" else None
        is_code = (
            tag in UNSEEN
            or (tag == "option" and self.value is None)
            or "mono" in (dict(attrs).get("class") or "").split()
        )
        if tag not in VOID and (self.inside or is_code):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Show again."""
        if tag in self.inside:
            while self.inside.pop() != tag:  # an element whose end tag was left out ends here too
                continue

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if not self.inside and data.strip() and data.strip() != self.value:  # a choice shown as its code is a code
            self.texts.append(" ".join(data.split()))


def texts(html: str) -> list[str]:
    """Return what a page shows, piece by piece."""
    reader = _Reader()
    reader.feed(html)
    return reader.texts


def english(html: str, *, names: frozenset[str] = frozenset()) -> list[str]:
    """Return the pieces in which an English word is left that is neither a code nor one of the names."""
    longest_first = sorted(names, key=len, reverse=True)
    given = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, longest_first))})(?![A-Za-z])") if names else None
    found = []
    for text in texts(html):
        if not WORD.search(text):
            continue
        rest = given.sub(" ", text) if given else text
        if WORD.search(ALLOWED.sub(" ", rest)):
            found.append(text)
    return found
