"""Clean the HTML of letters, and read it as text.

What is kept is structure and words; what runs, loads or tells the sender that it was opened goes: scripts, styles,
forms, pictures from elsewhere. Pictures that came with the letter stay by their content id.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

LONGEST = 1_000_000
TAG_NAMES = (
    "a abbr b blockquote br caption center cite code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol "
    "p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul"
)
TAGS = set(TAG_NAMES.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
DROPPED_WHOLE = {"script", "style", "title", "head", "noscript", "template", "svg", "math"}
BLOCK_NAMES = "p div tr table ul ol dl dt dd pre center caption h1 h2 h3 h4 h5 h6"
BLOCKS = frozenset(BLOCK_NAMES.split())
SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")
MANY_LINES = re.compile(r"\n{3,}")


def cleaned(html: str) -> str:
    """Return the part of some HTML that can be shown to anybody."""
    return nh3.clean(
        html[:LONGEST],
        tags=TAGS,
        clean_content_tags=DROPPED_WHOLE,
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    ).strip()


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Keep pictures that came with the letter; those from elsewhere would tell that it was opened."""
    if tag == "img" and attribute == "src" and not value.lower().startswith("cid:"):
        return None
    if tag == "a" and attribute == "href" and value.lower().startswith("cid:"):
        return None
    return value


def as_text(clean: str) -> str:
    """Read cleaned HTML as text: blocks on lines of their own, quotes marked with “>”, links named."""
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers words; what is inside a quote is marked line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = [(0, "")]
        self._quotes = 0
        self._literal = 0
        self._link: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._new_line(always=True)
        elif tag == "blockquote":
            self._new_line()
            self._quotes += 1
            self._lines[-1] = (self._quotes, "")
        elif tag == "li":
            self._new_line()
            self._say("• ")
        elif tag == "hr":
            self._new_line()
            self._say("-----")
            self._new_line()
        elif tag in ("td", "th"):
            self._say(" ")
        elif tag == "img":
            self._say(dict(attrs).get("alt") or "")
        elif tag == "a":
            self._link.append((dict(attrs).get("href") or "", len(self._lines[-1][1])))
        elif tag in BLOCKS:
            self._new_line()
        self._literal += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
            self._new_line()
            self._lines[-1] = (self._quotes, self._lines[-1][1])
        elif tag == "p":
            self._new_line()
            self._new_line(always=True)
        elif tag == "a" and self._link:
            href, start = self._link.pop()
            shown = self._lines[-1][1][start:].strip()
            if href.startswith(("http://", "https://")) and shown and href.rstrip("/") != shown.rstrip("/"):
                self._say(f" ({href[:500]})")
        elif tag in BLOCKS:
            self._new_line()
        self._literal = max(0, self._literal - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._literal:
            for number, line in enumerate(data.split("\n")):
                if number:
                    self._new_line(always=True)
                self._say(line)
            return
        words = SPACE.sub(" ", data.replace("\n", " "))
        self._say(words.lstrip() if self._lines[-1][1][-1:] in ("", " ") else words)

    def _say(self, words: str) -> None:
        depth, line = self._lines[-1]
        self._lines[-1] = (depth, line + words)

    def _new_line(self, *, always: bool = False) -> None:
        if always or self._lines[-1][1].strip():
            self._lines.append((self._quotes, ""))
        else:
            self._lines[-1] = (self._quotes, "")

    def text(self) -> str:
        """Return what was gathered."""
        written = [
            (("> " * min(depth, 20)) + line.rstrip()).rstrip() if depth else line.rstrip()
            for depth, line in self._lines
        ]
        return MANY_LINES.sub("\n\n", "\n".join(written)).strip()
