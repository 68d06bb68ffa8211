"""Keep the catalogues: merge what the code says, fill in words, derive Traditional Chinese, compile."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import opencc
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from steward.interfaces.cli.messages import checks, extraction

LOCALE = extraction.ROOT / "locale"
SIMPLIFIED, TRADITIONAL = "zh_Hans", "zh_Hant"
OWN_WORDS = "own words"  # a translator's comment: this text is not derived from Simplified Chinese
# What a character table cannot know: the words of the trade in Taiwan and Hong Kong where they differ.
TERMS = {"稽核": "審核", "計劃": "計畫", "瞭解": "了解", "覈": "核", "迴訪": "回訪"}
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By")
CONTEXT = "\x04"


def path_of(locale: str, folder: Path = LOCALE) -> Path:
    """Name a language's catalogue."""
    return folder / locale / "LC_MESSAGES" / "django.po"


def read(locale: str, folder: Path = LOCALE) -> Catalog:
    """Read a catalogue, or start an empty one."""
    path = path_of(locale, folder)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def write(catalogue: Catalog, locale: str, folder: Path = LOCALE) -> None:
    """Write a catalogue in the order of its messages, with no dates, so that only changed words show as changed."""
    catalogue.project, catalogue.version, catalogue.copyright_holder = "Steward", "1", "Steward"
    catalogue.header_comment = "# Words of Steward. Bring them up to the code with `steward messages update`."
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    path = path_of(locale, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line for line in lines if not line[1:].startswith(VOLATILE)), encoding="utf-8")


def pairs_in(folder: Path) -> dict[str, str]:
    """Read message → 简体中文 from every JSON file of a folder; later files win."""
    pairs: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        pairs |= json.loads(path.read_text(encoding="utf-8"))
    return pairs


def update(*, pairs: dict[str, str], folder: Path = LOCALE, code: Path = extraction.CODE) -> list[str]:
    """Bring both catalogues up to the code; return the messages that have no Chinese yet.

    Words that stand in the catalogue already win over `pairs`; messages the code no longer has are dropped.
    """
    template = extraction.extract(code)
    simplified = _merged(template, SIMPLIFIED, folder)
    for message in _messages(simplified):
        if checks.is_empty(message):
            _say(message, pairs.get(key(message)) or pairs.get(_singular(message), ""))
    traditional = _merged(template, TRADITIONAL, folder)
    for message in _messages(traditional):
        source = simplified.get(message.id, message.context)
        if source is not None and OWN_WORDS not in message.user_comments:
            _say(message, traditional_words(_text(source)))
    write(simplified, SIMPLIFIED, folder)
    write(traditional, TRADITIONAL, folder)
    return [checks.shown(message) for message in _messages(simplified) if checks.is_empty(message)]


def key(message: Message) -> str:
    """Name a message in a JSON file of pairs: its id (the singular one), after the context if it has one."""
    return f"{message.context}{CONTEXT}{_singular(message)}" if message.context else _singular(message)


def traditional_words(text: str) -> str:
    """Write a Simplified Chinese text in Traditional Chinese, with the trade's own terms."""
    result = str(_converter().convert(text))
    for wrong, right in TERMS.items():
        result = result.replace(wrong, right)
    return result


@cache
def _converter() -> Any:
    return opencc.OpenCC("s2twp")


def compile_stale(folder: Path = LOCALE) -> list[Path]:
    """Compile each catalogue that is newer than its compiled form; return what was written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            fresh = target.with_suffix(f".{id(source)}.part")
            with source.open("rb") as file, fresh.open("wb") as out:
                write_mo(out, read_po(file, locale=source.parts[-3]))
            fresh.replace(target)  # several processes may compile at once; each leaves a whole file
            written.append(target)
    return written


def _merged(template: Catalog, locale: str, folder: Path) -> Catalog:
    """Carry the words a catalogue has over to the messages the code has."""
    known, merged = read(locale, folder), Catalog(locale=locale, charset="utf-8", fuzzy=False)
    for message in _messages(template):
        old = known.get(message.id, message.context)
        merged.add(
            message.id,
            old.string if old is not None else None,
            locations=[(path, 0) for path in sorted({path for path, _ in message.locations})],
            user_comments=old.user_comments if old is not None else (),
            context=message.context,
        )
    return merged


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _text(message: Message) -> str:
    return message.string if isinstance(message.string, str) else (message.string or [""])[0]


def _say(message: Message, text: str) -> None:
    """Give a message its words; Chinese has one form for every number."""
    message.string = text if isinstance(message.id, str) else (text,)
