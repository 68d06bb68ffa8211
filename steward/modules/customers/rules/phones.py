"""Check phone numbers against the real numbering plans and bring them to one form (E.164, with extension apart)."""

import re
from functools import lru_cache
from typing import Literal

import msgspec
import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from steward.kernel.findings import Finding

Kind = Literal["mobile", "fixed_line", "other"]

_KINDS: dict[int, Kind] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
}
_CACHED = 65_536

# The pattern of phonenumbers' own metadata for Chinese mobiles, compiled once: theirs the plan, ours only the speed.
_CHINA = PhoneMetadata.metadata_for_region("CN")
assert _CHINA is not None
assert _CHINA.mobile is not None
_IS_CHINESE_MOBILE = re.compile(rf"(?:{_CHINA.mobile.national_number_pattern})\Z", re.ASCII).match

# Privacy numbers of marketplaces: a number that many share, and the extension that finds the buyer.
_EXTENSION = re.compile(
    r"^(?P<number>[+＋(（]?\d[\d\s()（）-]*?)\s*(?:[-－—_,，;；#]|转接?|分机号?|ext\.?|x)\s*[:：]?\s*(?P<extension>\d{1,6})$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(?P<number>.+?)\s*[\[【(](?:转|分机号?)?\s*(?P<extension>\d{3,6})[\]】)]$")
_MASK = re.compile(r"[*＊xX•●]{2,}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－（）＊　", "0123456789+-()* ")


class PhoneCheck(msgspec.Struct, frozen=True, gc=False):
    """State what a phone number comes down to: `e164` None where it cannot be dialled, `extension` dialled after it."""

    e164: str | None = None
    kind: Kind = "other"
    findings: tuple[Finding, ...] = ()
    extension: str = ""


def _refused(code: str, raw: str, severity: Literal["error", "warning"] = "error") -> PhoneCheck:
    return PhoneCheck(findings=(Finding("phone", code, severity, {"typed": raw}),))


def _split(text: str) -> tuple[str, str] | None:
    """Split a number from an extension written behind it; None where there is none."""
    found = _EXTENSION.match(text) or _BRACKETED.match(text)
    if not found or sum(map(str.isdigit, found["number"])) < 7:
        return None
    return found["number"], found["extension"]


def _valid(text: str, region: str) -> tuple[phonenumbers.PhoneNumber | None, str]:
    """Parse a number; None with the code of the reason where no numbering plan has it."""
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException:
        return None, "phone_invalid"
    if phonenumbers.is_valid_number(parsed):
        return parsed, ""
    return None, "phone_invalid" if phonenumbers.is_possible_number(parsed) else "phone_wrong_length"


@lru_cache(maxsize=_CACHED)
def _check_slowly(raw: str, region: str) -> PhoneCheck:
    text = raw.translate(_FULL_WIDTH).strip()
    if not text:
        return _refused("phone_missing", raw)
    if _MASK.search(text):
        return _refused("phone_masked", raw, "warning")
    extension = ""
    parsed, reason = _valid(text, region)
    if parsed is None and (parts := _split(text)):
        number, extension = parts
        parsed, reason = _valid(number, region)
    if parsed is None:
        return _refused(reason, raw)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    kind = _KINDS.get(phonenumbers.number_type(parsed), "other")
    return PhoneCheck(e164, kind, (), extension or parsed.extension or "")


def check_phone(raw: str, *, region: str = "CN") -> PhoneCheck:
    """Check one phone number as typed, read as a number of `region` where it carries no country code.

    Findings: phone_missing, phone_invalid, phone_wrong_length (errors), phone_masked (warning: the shop hides digits).
    Source: ORD-2; numbering plans of the package phonenumbers. Units: under 2 µs for a Chinese mobile.
    """
    if region == "CN" and len(raw) == 11 and _IS_CHINESE_MOBILE(raw):
        return PhoneCheck("+86" + raw, "mobile")
    return _check_slowly(raw, region)


def canonical_email(raw: str) -> str | None:
    """Bring an e-mail address to the form it is compared in; None where it is none.

    The domain is compared without case by RFC 5321; people treat the name before it alike, so both are lowered.
    """
    text = raw.strip().lower()
    name, at, domain = text.rpartition("@")
    if not at or not name or "." not in domain or domain.startswith(".") or domain.endswith(".") or " " in text:
        return None
    return text


def canonical_name(raw: str) -> str:
    """Bring a person's name to the form it is compared in: no space between Chinese characters, no case."""
    text = " ".join(raw.split())
    return re.sub(r"(?<=[\u4e00-\u9fff·])\s+(?=[\u4e00-\u9fff·])", "", text).casefold()
