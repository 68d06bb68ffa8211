"""The chat on a shop's own pages: who may show it, how a visit is held, what of a page is worth knowing.

Source: CUS-3; docs/decisions/0027.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Who a visitor talks with at first, and whether they are asked how to reach them before they write.
STARTS = ("person", "bot")
CONTACTS = ("no", "ask")
LOCALES = ("zh-hans", "zh-hant", "en")
# Who holds a conversation: the assistant, nobody yet, a person.
HOLDERS = ("bot", "waiting", "person")
KINDS = ("visitor", "staff", "bot", "system")
# What a system line says; the widget has the words.
CODES = ("", "asked", "joined", "handed_back", "contact_kept", "refused_file")
LONGEST_TEXT, LONGEST_ID, LONGEST_PAGE, LONGEST_TITLE = 4_000, 64, 300, 160
MOST_ORIGINS = 30
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?", re.IGNORECASE)
SUFFIXES: Mapping[str, str] = {"zh-hans": "", "zh-hant": "_hant", "en": "_en"}


def origins_of(text: str) -> list[str]:
    """List the origins written a line each."""
    return list(dict.fromkeys(line.strip().rstrip("/").lower() for line in text.splitlines() if line.strip()))


def are_origins(text: str) -> bool:
    """Tell whether every line is an origin that a browser may be told: scheme, host and port, nothing else.

    Without encryption only on the own machine; a star stands for what is below a domain.
    """
    found = origins_of(text)
    return 0 < len(found) <= MOST_ORIGINS and all(_is_origin(one) for one in found)


def _is_origin(one: str) -> bool:
    scheme, _, host = one.partition("://")
    if not HOST.fullmatch(host) or scheme not in ("https", "http"):
        return False
    name = host.partition(":")[0]
    return scheme == "https" or name in ("localhost", "127.0.0.1")


def is_allowed(origin: str, allowed: list[str]) -> bool:
    """Tell whether a page of this origin may show the chat."""
    wanted = origin.strip().rstrip("/").lower()
    if wanted in allowed:
        return True
    scheme, _, host = wanted.partition("://")
    starred = [one.partition("://") for one in allowed if "://*." in one]
    return any(scheme == own and host.endswith(pattern.removeprefix("*")) for own, _, pattern in starred)


def origin_of(address: str) -> str:
    """Name the origin of an address; empty where it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") and parts.netloc else ""


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour of six digits."""
    return COLOUR.fullmatch(text) is not None


def languages_of(text: str) -> list[str]:
    """List the languages a chat speaks, the first being the house's; all of them where nothing is said."""
    return list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip())) or list(LOCALES)


def are_languages(text: str) -> bool:
    """Tell whether a chat can speak all of these languages."""
    return all(one in LOCALES for one in languages_of(text))


def said_in(settings: Mapping[str, str], what: str, language: str) -> str:
    """Return the house's own words in a language, or an empty text; Traditional falls back on Simplified."""
    own = settings.get(f"{what}{SUFFIXES.get(language, '')}", "")
    return own or (settings.get(what, "") if language == "zh-hant" else "")


def page_facts(given: Mapping[str, Any]) -> dict[str, str]:
    """Keep of a page what helps to answer: address and referrer without what may be private behind ? and #."""
    facts = {
        "page": _bare(str(given.get("page") or "")),
        "title": " ".join(str(given.get("title") or "").split())[:LONGEST_TITLE],
        "referrer": _bare(str(given.get("referrer") or "")),
        "language": str(given.get("language") or "")[:20],
    }
    return {name: value for name, value in facts.items() if value}


def _bare(address: str) -> str:
    if not origin_of(address):
        return ""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:LONGEST_PAGE]
