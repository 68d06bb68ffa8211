"""Read the XML of WeChat: flat, small, without documents' own entities; anything else is refused.

Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
"""

from __future__ import annotations

import io
from typing import NoReturn
from xml.parsers import expat

LARGEST_BYTES = 256 * 1024
MOST_FIELDS = 100
DEEPEST = 6


class BadXml(ValueError):
    """Report what is no XML that WeChat sends."""


def fields(body: bytes) -> dict[str, str]:
    """Read the fields of a message; what lies deeper is named by its path (`ScanCodeInfo.ScanType`), the first counts.

    No document type, so no entities of the sender's: those could read files or grow without end. Raises: BadXml.
    """
    if len(body) > LARGEST_BYTES:
        raise BadXml("too big")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.ParseFile(io.BytesIO(body))
    except expat.ExpatError as error:
        raise BadXml(str(error)) from error
    return reader.found


def _refuse(*_: object) -> NoReturn:
    raise BadXml("a document type or entity of its own")


class _Reader:
    """Gathers leaves while the parser goes through a document."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._is_leaf = True

    def begin(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        self._text, self._is_leaf = [], True
        if len(self._path) > DEEPEST:
            raise BadXml("too deep")

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _: str) -> None:
        if self._is_leaf and len(self._path) > 1:
            if len(self.found) >= MOST_FIELDS:
                raise BadXml("too many fields")
            self.found.setdefault(".".join(self._path[1:]), "".join(self._text).replace("\0", "").strip())
        self._path.pop()
        self._text, self._is_leaf = [], False
