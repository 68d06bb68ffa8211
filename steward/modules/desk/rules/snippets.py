"""Show where words were found: the piece of a text around them with the words marked, and how well they match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import rjieba
from msgspec import Struct

from steward.modules.desk.rules.search_words import Wanted, simplified_sign

AROUND = 36
LONGEST_SNIPPET = 140
LONGEST_READ = 6000
# What counts how much: the words as they were typed, whole words, in the subject, and newness.
PHRASE, WHOLE, SUBJECT, NEWNESS = 1.0, 1.0, 0.5, 1.0
HALF_LIFE_DAYS = 30.0
_WORD = re.compile(r"\w")


class Piece(Struct, frozen=True):
    """A part of a snippet; marked is what was searched for."""

    text: str
    marked: bool = False


def snippet(text: str, wanted: Wanted) -> list[Piece]:
    """Cut out the part of a text with most of the words, and mark them; without any, its beginning."""
    line = " ".join(text[:LONGEST_READ].split())
    alike = "".join(simplified_sign(sign) for sign in line)
    spots = _spots(alike, wanted.words)
    begin = max(0, spots[0][0] - AROUND) if spots else 0
    end = min(len(line), begin + LONGEST_SNIPPET)
    pieces = [Piece("…")] if begin else []
    at = begin
    for start, stop in spots:
        if start < at or stop > end:
            continue
        pieces += [Piece(line[at:start])] if start > at else []
        pieces.append(Piece(line[start:stop], marked=True))
        at = stop
    pieces += [Piece(line[at:end])] if end > at else []
    return pieces + ([Piece("…")] if end < len(line) else [])


def _spots(alike: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Find the words, in the order they stand; a word of letters goes on to its end."""
    found = []
    for word in words:
        at = alike.find(word)
        while at >= 0:
            stop = at + len(word)
            while word.isascii() and stop < len(alike) and alike[stop].isascii() and _WORD.match(alike[stop]):
                stop += 1
            found.append((at, stop))
            at = alike.find(word, stop)
    return sorted(found)


def score(text: str, subject: str, at: datetime, newest: datetime, wanted: Wanted) -> float:
    """Rate a hit by how the words are found and how new it is, beside the newest of those compared."""
    alike = "".join(simplified_sign(sign) for sign in text[:LONGEST_READ])
    title = "".join(simplified_sign(sign) for sign in subject)
    pieces = set(rjieba.cut_for_search(alike))
    words = wanted.words or ("",)
    rated = PHRASE * (wanted.phrase in alike or wanted.phrase in title)
    rated += WHOLE * sum(word in pieces for word in words) / len(words)
    rated += SUBJECT * sum(word in title for word in words) / len(words)
    days = max((newest - at).total_seconds(), 0.0) / 86_400
    return float(rated + NEWNESS * 0.5 ** (days / HALF_LIFE_DAYS))
