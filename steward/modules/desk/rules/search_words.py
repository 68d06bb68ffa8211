"""What a text is found by: pairs of Chinese characters, words of other scripts, and the hours it was said in.

A pair of characters finds every word of two characters wherever it stands; longer words are the pairs they consist
of. A segmenter alone misses words (退货 in 没退货款), so it only cuts what somebody searches for, and ranks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import opencc
import rjieba
from msgspec import Struct

from steward.kernel.identifying import without_personal
from steward.modules.desk.rules.classifying.texts import stem

LONGEST = 6000
LONGEST_QUERY = 100
LONGEST_WORD = 40
MOST_WORDS = 12
# From so many letters, or signs with digits among them, the last word is looked for by its beginning.
OPEN_WORD, OPEN_NUMBER = 3, 4
# Up to so many characters in a row are searched as they stand; more are cut into words.
SHORT_RUN = 4
# Cells of 1, 8, 64 … hours; beyond the widest (3.7 years) everything older is one.
CELL_GROWTH = 8
WIDEST = 5
HOUR_S = 3600
_HAN = re.compile(r"[぀-ヿ㐀-鿿가-힯豈-﫿\U00020000-\U0003ffff]+")
_OTHER = re.compile(r"[^\W_]+")


class Wanted(Struct, frozen=True):
    """What somebody searches for: the expression that finds it, and the words to mark and to rank by."""

    expression: str = ""
    words: tuple[str, ...] = ()
    phrase: str = ""


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=20_000)
def simplified_sign(sign: str) -> str:
    """Write one character simplified and small, as exactly one character."""
    plain_sign = _simplifier().convert(unicodedata.normalize("NFKC", sign).lower())
    return plain_sign if len(plain_sign) == 1 else sign


def plain(text: str) -> str:
    """Make writings alike: simplified characters, small letters, half width."""
    alike = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    alike = alike.lower().replace("’", "'")
    return _simplifier().convert(alike) if _HAN.search(alike) else alike


def lexemes(text: str) -> list[str]:
    """List what a text is found by, each once; a Chinese character alone finds nothing."""
    clean = without_personal(plain(text[:LONGEST]))
    found: dict[str, None] = {}
    for run in _HAN.findall(clean):
        found.update(dict.fromkeys(_pairs(run)))
    for word in _OTHER.findall(_HAN.sub(" ", clean)):
        found[_stemmed(word[:LONGEST_WORD])] = None
    return list(found)


def wanted(text: str) -> Wanted:
    """Read what somebody typed. All words must be found; of other scripts the last from its beginning on.

    Empty when nothing is left to look for in texts: of a phone number or an e-mail address nothing is, and what is
    shorter than two characters is in nearly every text.
    """
    clean = without_personal(plain(text[:LONGEST_QUERY]))
    words: dict[str, list[str]] = {}
    runs = _HAN.findall(clean)
    for run in runs:
        for word in _cut(run):
            words[word] = [f"'{pair}'" for pair in _pairs(word)]
    others = _OTHER.findall(_HAN.sub(" ", clean))
    if len("".join((*runs, *others))) > 1:
        for word in others:
            # A beginning matches much: only of the word that may not be finished, and only of a long one.
            root = _stemmed(word[:LONGEST_WORD])
            is_open = clean.rstrip().endswith(word) and len(root) >= (OPEN_WORD if root.isalpha() else OPEN_NUMBER)
            words[word] = [f"'{root}'{':*' if is_open else ''}"]
    chosen = dict(list(words.items())[:MOST_WORDS])
    parts = dict.fromkeys(part for parts in chosen.values() for part in parts)
    return Wanted(" & ".join(parts), tuple(chosen), " ".join(clean.split()))


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _stemmed(word: str) -> str:
    return stem(word) if word.isascii() and word.isalpha() else word


def _cut(run: str) -> list[str]:
    """Cut a run of characters into the words to look for; what the segmenter leaves single is kept where it stood."""
    words = list(rjieba.cut(run))
    whole = [word for word in words if len(word) > 1]
    if len(whole) == len(words) or (whole and len(run) > SHORT_RUN):
        return whole
    return [run]


def cells(at: datetime) -> list[str]:
    """Name the stretches of time an instant lies in, the narrowest first."""
    hour = _hour(at)
    return [f"@{level}.{hour // CELL_GROWTH**level}" for level in range(WIDEST + 1)]


def cell_before(at: datetime, level: int) -> tuple[str, datetime | None]:
    """Name the stretch just before an instant, and when it begins; beyond the widest there is no name and no begin."""
    if level > WIDEST:
        return "", None
    hour = _hour(at - timedelta(microseconds=1))
    width = CELL_GROWTH**level
    return f"@{level}.{hour // width}", datetime.fromtimestamp(hour // width * width * HOUR_S, UTC)


def _hour(at: datetime) -> int:
    return int(at.timestamp() // HOUR_S)
