"""The small language of templates: `{{ name }}` and nothing else, so that nobody can write a text that breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from steward.modules.messaging.rules.catalogue import WITH_SUBJECT, Kind

PLACE = re.compile(r"\{\{\s*([a-z][a-z_]*)\s*\}\}")
BRACES = re.compile(r"\{\{|\}\}")
LONGEST_SMS = 300
LONGEST_BODY = 5_000
LONGEST_SUBJECT = 120
# An SMS in Chinese holds 70 characters, in parts 67 each; one of GSM letters alone 160 and 153. Source: 3GPP TS 23.038.
GSM = re.compile(r"[\x20-\x5f\x61-\x7e\n\r£¥èéùìòÇØøÅåÆæßÉ¤¡ÄÖÑÜ§¿äöñüà]*")

FaultCode = Literal["empty", "too_long", "line_break", "broken_braces", "unknown_placeholder", "missing_link"]


class Fault(Struct, frozen=True):
    """One reason why a text cannot be saved."""

    field: Literal["subject", "body"]
    code: FaultCode
    detail: str = ""


def named(text: str) -> list[str]:
    """List the placeholders a text names, in order."""
    return PLACE.findall(text)


def faults(kind: Kind, channel: str, *, subject: str, body: str) -> list[Fault]:
    """Find everything that keeps a text from being saved."""
    found: list[Fault] = []
    if channel in WITH_SUBJECT:
        found += _text_faults(kind, "subject", subject, LONGEST_SUBJECT)
        if "\n" in subject or "\r" in subject:
            found.append(Fault("subject", "line_break"))
    found += _text_faults(kind, "body", body, LONGEST_SMS if channel == "sms" else LONGEST_BODY)
    if kind.needs_link and "link" not in named(body):
        found.append(Fault("body", "missing_link"))
    return found


def _text_faults(kind: Kind, field: Literal["subject", "body"], text: str, longest: int) -> list[Fault]:
    if not text.strip():
        return [Fault(field, "empty")]
    found = [Fault(field, "too_long", str(longest))] if len(text) > longest else []
    if BRACES.search(PLACE.sub("", text)):
        found.append(Fault(field, "broken_braces"))
    unknown = [name for name in dict.fromkeys(named(text)) if name not in kind.names]
    return found + [Fault(field, "unknown_placeholder", name) for name in unknown]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put the values in. Raises: KeyError for a placeholder without one."""
    return PLACE.sub(lambda place: values[place[1]], text)


def sms_parts(text: str) -> int:
    """Count the parts a provider sends and bills."""
    whole, part = (160, 153) if GSM.fullmatch(text) else (70, 67)
    return 1 if len(text) <= whole else -(-len(text) // part)
