"""What can be told of a message by its words alone: thanks, its language, its first words."""

from __future__ import annotations

import re

LONGEST_THANKS = 40
SUBJECT_LENGTH = 120
_THANKS = re.compile(
    r"谢谢|謝謝|多谢|多謝|感谢|感謝|好的|好噠|好哒|收到|知道了|明白了|没事了|沒事了|辛苦了|可以了|解决了|解決了|"
    r"thanks?|thx|cheers|got it|ok(ay)?|perfect|great|solved|that works|👍|🙏",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"[\W_]+|亲|您|你|了|啦|哦|噢|呢|吧|的|非常|太|啊|嗯|呀|哈|很|so much|very much|a lot|you|all|for your help|it|is"
)
_QUESTION = re.compile(
    r"[?？]|吗|嗎|怎么|怎麼|为什么|為什麼|什么时候|什麼時候|多久|几时|不|没|沒|but\b|not\b|how\b|when\b|why\b|where\b|still\b",
    re.I,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def is_thanks(text: str) -> bool:
    """Tell whether a message says nothing but thanks or that all is well, so that no clock needs to run for it.

    Careful on purpose: whatever asks or denies anything is no thanks. Source: DSK-4; research on clocks that start
    again after “thanks”.
    """
    words = text.strip()
    if not words or len(words) > LONGEST_THANKS or not _THANKS.search(words):
        return False
    rest = _FILLER.sub("", _THANKS.sub("", words))
    return not rest and not _QUESTION.search(_THANKS.sub("", words))


def language_of(text: str) -> str:
    """Tell the language of a text: zh, en, or "" for another one or none. Enough to choose who can read it."""
    if _KANA_HANGUL.search(text):
        return ""
    if _HAN.search(text):
        return "zh"
    letters = sum(char.isalpha() for char in text)
    latin = sum(char.isascii() and char.isalpha() for char in text)
    return "en" if letters and latin / letters > 0.9 else ""


def subject_of(subject: str, text: str) -> str:
    """Say in one line what a message is about: its subject without “Re:”, else its first words."""
    line = re.sub(r"^\s*((re|fwd?|aw|回复|答复|转发|回覆|轉寄)\s*[:：]\s*)+", "", subject, flags=re.IGNORECASE).strip()
    line = line or next((part.strip() for part in text.splitlines() if part.strip()), "")
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
