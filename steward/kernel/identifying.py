"""What in a text is a phone, an e-mail address, an identity card or a bank card, however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Between digits people write hyphens of every kind, dots, slashes, brackets, blanks.
SIGN = r"[\s.·•・,_/|~()\[\]\-\u2010-\u2015\u2212]"
_ANY = rf"{SIGN}{{0,3}}"
# Not within a longer number or word, save one that says that a number follows.
_FREE = r"(?:(?<![\da-z])|(?<=tel)|(?<=phone)|(?<=mobile)|(?<=mob)|(?<=cell)|(?<=call)|(?<=wechat)|(?<=wx)|(?<=vx))"
_CHINA = rf"(?:(?:\+|00)?{_ANY}86{_ANY})?"
PHONES = (
    rf"{_FREE}{_CHINA}1[3-9]\d{_ANY}\d{{4}}{_ANY}\d{{4}}(?!\d)",
    # the same in any other groups
    rf"{_FREE}{_CHINA}1{SIGN}?[3-9](?:{SIGN}?\d){{9}}(?!\d)",
    # landlines with their area's number
    rf"{_FREE}{_CHINA}\(?0(?:10|2\d|[3-9]\d{{2}}){_ANY}\d{{3,4}}{SIGN}?\d{{4}}(?!\d)",
    rf"{_FREE}(?:\+|00){_ANY}[1-9](?:{SIGN}{{0,2}}\d){{6,14}}(?!\d)",
    rf"{_FREE}\(?\d{{3}}\)?{SIGN}{{1,2}}\d{{3}}{SIGN}\d{{4}}(?!\d)",
)
EMAIL = r"[a-z\u00c0-\u024f\d._+%-]{1,64}\s?@\s?[a-z\u00c0-\u024f\d-]+(?:\.[a-z\u00c0-\u024f\d-]+)+"
IDENTITY = (
    rf"(?<!\d)\d{{6}}{SIGN}?(?:19|20)\d\d{SIGN}?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){SIGN}?"
    r"\d{3}[\dx](?![\da-z])"
)
# In groups of four it is a card whatever its check digit; in one run only with the right beginning and digit.
CARD_IN_GROUPS = rf"(?<!\d)\d{{4}}(?:{SIGN}{{1,2}}\d{{4}}){{3}}(?:{SIGN}{{1,2}}\d{{1,3}})?(?!\d)"
CARD = r"(?<!\d)(?:62\d{14,17}|4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14})(?!\d)"
_NUMBERS = "|".join((IDENTITY, *PHONES, CARD_IN_GROUPS, rf"(?P<card>{CARD})"))
# Where no number begins none of them is tried.
PATTERN = re.compile(rf"{EMAIL}|(?=[+(\d])(?:{_NUMBERS})", re.IGNORECASE)


class _Folding(dict[int, str]):
    """Turns signs of other widths and other digits into plain ones, one for one."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        digit = unicodedata.decimal(sign, None)
        plain = unicodedata.normalize("NFKC", sign) if digit is None else str(digit)
        self[code] = folded = plain if len(plain) == 1 else sign
        return folded


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Write digits, letters and signs in their plain form (NFKC); the text keeps its length."""
    return text if text.isascii() else text.translate(_FOLDING)


def personal_spans(text: str) -> Iterator[tuple[int, int]]:
    """Find where personal numbers and addresses stand, in order, whatever width they are written in."""
    for found in PATTERN.finditer(folded(text)):
        if found["card"] is None or has_check_digit(found["card"]):
            yield found.span()


def without_personal(text: str) -> str:
    """Put a blank in place of each personal number and address."""
    parts, at = [], 0
    for begin, end in personal_spans(text):
        parts.append(text[at:begin])
        at = end
    return " ".join((*parts, text[at:]))


def has_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others. Source: ISO/IEC 7812-1, annex B (Luhn)."""
    turned = [int(digit) for digit in reversed(digits)]
    return sum(turned[::2], sum(sum(divmod(2 * digit, 10)) for digit in turned[1::2])) % 10 == 0
