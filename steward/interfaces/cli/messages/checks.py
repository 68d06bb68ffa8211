"""Prove the catalogues whole: nothing missing, nothing unused, nothing fuzzy, every placeholder kept."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages import Message

from steward.interfaces.cli.messages import catalogues, extraction

PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")


def faults(folder: Path | None = None, code: Path = extraction.CODE) -> list[str]:
    """List what is wrong with the catalogues, one sentence each."""
    template = extraction.extract(code)
    wanted = {(catalogues.key(message), message.context) for message in template if message.id}
    found: list[str] = []
    for locale in (catalogues.SIMPLIFIED, catalogues.TRADITIONAL):
        catalogue = catalogues.read(locale, folder or catalogues.LOCALE)
        messages = [message for message in catalogue if message.id]
        known = {(catalogues.key(message), message.context) for message in messages}
        found += [f"{locale}: missing: {name}" for name, _ in sorted(wanted - known, key=str)]
        found += [f"{locale}: unused: {name}" for name, _ in sorted(known - wanted, key=str)]
        found += [f"{locale}: {fault}" for message in messages for fault in _faults_of(message)]
    return found


def _faults_of(message: Message) -> list[str]:
    name = shown(message)
    if is_empty(message):
        return [f"untranslated: {name}"]
    found = [f"fuzzy: {name}"] if message.fuzzy else []
    if placeholders(message) != _placeholders_said(message):
        found.append(f"placeholders differ: {name}")
    return found


def is_empty(message: Message) -> bool:
    """Tell whether a message has no words yet."""
    strings = [message.string] if isinstance(message.string, str) else message.string or [""]
    return not all(strings)


def shown(message: Message) -> str:
    """Write a message's id on one line."""
    return catalogues.key(message).replace("\n", "\\n").replace(catalogues.CONTEXT, " | ")


def placeholders(message: Message) -> set[str]:
    """Collect what a message has filled in; for plurals, what the plural form has."""
    return set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[1]))


def _placeholders_said(message: Message) -> set[str]:
    strings = [message.string] if isinstance(message.string, str) else message.string or []
    return {found for text in strings for found in PLACEHOLDER.findall(text)}
