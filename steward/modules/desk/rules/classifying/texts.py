"""What a text consists of for the classifier: words and pieces of words, simplified, without numbers and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import opencc
import rjieba

LONGEST = 2000
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_REFERENCE = re.compile(r"(?=[a-z]*\d)[a-z\d][a-z\d_-]{5,}")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?", re.UNICODE)
_STRETCHED = re.compile(r"(.)\1{2,}")
_ENDING = re.compile(r"(?:'s|ies|ing|ed|es|s|ly)$")


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def plain(text: str) -> str:
    """Make writings alike: simplified characters, lower case, half width, no links, numbers as one sign."""
    alike = unicodedata.normalize("NFKC", text[:LONGEST]).lower().replace("’", "'")
    if _HAN.search(alike):
        alike = _simplifier().convert(alike)
    alike = _REFERENCE.sub(" # ", _ADDRESS.sub(" ", alike))
    return _STRETCHED.sub(r"\1\1", _NUMBER.sub("0", alike))


def stem(word: str) -> str:
    """Cut an English ending, so that “shipped” and “shipping” are one."""
    short = _ENDING.sub("", word) if len(word) > 4 else word
    return short if len(short) > 2 else word


def _words(text: str) -> list[str]:
    found = []
    for word in rjieba.cut(text):
        if _HAN.search(word):
            found.append(word)
        else:
            found += [stem(part) for part in _LATIN.findall(word)]
    return found


def _pieces(text: str) -> Iterator[str]:
    for run in _HAN.findall(text):
        for size in (1, 2, 3):
            yield from (f"c:{run[at : at + size]}" for at in range(len(run) - size + 1))
    for word in _LATIN.findall(_HAN.sub(" ", text)):
        marked = f"<{word}>"
        for size in (3, 4, 5):
            yield from (f"l:{marked[at : at + size]}" for at in range(len(marked) - size + 1))


def features(text: str) -> list[str]:
    """List what a text consists of, each once: words, pairs of words, pieces of one to five signs."""
    clean = plain(text)
    words = _words(clean)
    pairs = [f"{one}_{two}" for one, two in pairwise(words)]
    return list(dict.fromkeys([*(f"w:{word}" for word in words), *(f"p:{pair}" for pair in pairs), *_pieces(clean)]))
