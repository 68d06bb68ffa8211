"""Whether two tickets are about the same: by what they share, and by how alike their words are (DSK-1). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# Words that say nothing of the matter.
_EMPTY = frozenset(
    {"the", "a", "an", "is", "are", "was", "it", "i", "my", "me", "to", "of", "and", "in", "on", "for", "you", "please",
     "hi", "hello", "dear", "we", "have", "has", "this", "that", "with", "can", "your"}
)  # fmt: skip
_POLITE = re.compile(r"您好|你好|请问|請問|麻烦|麻煩|谢谢|謝謝|一下|客服|我的|这个|這個")


class Likeness(Struct, frozen=True):
    """How alike a ticket is to another one. Units: percent of shared pieces of words."""

    ticket_id: int
    percent: int
    same_order: bool


def pieces(text: str) -> frozenset[str]:
    """Cut a text into what is compared: words of Latin letters, pairs of neighbouring Chinese characters."""
    plain = _POLITE.sub(" ", text.lower())
    found = {word for word in _WORD.findall(plain) if word not in _EMPTY}
    for run in _HAN.findall(plain):
        found |= {run[place : place + 2] for place in range(len(run) - 1)} or {run}
    return frozenset(found)


def alike_percent(one: str, other: str) -> int:
    """Tell how alike two texts are: shared pieces by those of the shorter one, which is often a part of the longer.

    Units: percent. Source: overlap coefficient (Szymkiewicz and Simpson); too short texts are never alike.
    """
    first, second = pieces(one), pieces(other)
    least = min(len(first), len(second))
    return 0 if least < 2 else round(100 * len(first & second) / least)


def likely(
    text: str, others: Iterable[tuple[int, str, bool]], *, least_percent: int, same_order_percent: int
) -> list[Likeness]:
    """Choose which tickets a text may be a duplicate of, the likeliest first.

    `others`: id, words, whether it is about the same order, which needs less likeness.
    """
    found = []
    for ticket_id, words, same_order in others:
        percent = alike_percent(text, words)
        if percent >= (same_order_percent if same_order else least_percent):
            found.append(Likeness(ticket_id, percent, same_order))
    return sorted(found, key=lambda one: (not one.same_order, -one.percent, -one.ticket_id))
