"""Carriers that send only texts they have approved: how their codes of texts look, and which texts need one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from steward.modules.messaging.rules.catalogue import KINDS, LOCALES

SMS = "sms"
LONGEST_CODE = 40


class Approver(Struct, frozen=True):
    """How a carrier's codes look, and an example of one."""

    pattern: re.Pattern[str]
    sample: str


# Sources: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms (TemplateCode),
# https://cloud.tencent.com/document/product/382/55981 (TemplateId).
APPROVERS: Mapping[str, Approver] = {
    "aliyun_sms": Approver(re.compile(r"SMS_[0-9]{1,20}"), "SMS_154950909"),
    "tencent_sms": Approver(re.compile(r"[0-9]{1,20}"), "449739"),
}
FaultCode = Literal["unknown_carrier", "unknown_text", "ill_formed", "twice", "taken"]


class CodeDraft(Struct, frozen=True, kw_only=True):
    """A carrier's code of one of our texts; an empty one takes it back."""

    carrier: str
    kind: str
    locale: str
    carrier_code: str


class Fault(Struct, frozen=True):
    """Why the code at a place cannot be saved; `detail` helps to say so."""

    place: int
    field: Literal["carrier", "kind", "carrier_code"]
    code: FaultCode
    detail: str = ""


def wanted_texts() -> list[tuple[str, str]]:
    """List the texts that need a code, by kind and language: all short messages."""
    kinds = [code for code, kind in KINDS.items() if SMS in kind.channels]
    return [(code, locale) for code in kinds for locale in LOCALES]


def faults(drafts: Sequence[CodeDraft], standing: Collection[CodeDraft]) -> list[Fault]:
    """Find everything that keeps codes from being saved; `standing` are the codes that count until now.

    A carrier's code names one text, so it cannot stand for two kinds; several languages may share it.
    """
    texts, found = set(wanted_texts()), []
    seen: set[tuple[str, str, str]] = set()
    after = {(one.carrier, one.kind, one.locale): one for one in (*standing, *drafts) if one.carrier_code}
    for one in (one for one in drafts if not one.carrier_code):
        after.pop((one.carrier, one.kind, one.locale), None)
    for place, one in enumerate(drafts):
        name = (one.carrier, one.kind, one.locale)
        if one.carrier not in APPROVERS:
            found.append(Fault(place, "carrier", "unknown_carrier", one.carrier))
            continue
        if (one.kind, one.locale) not in texts:
            found.append(Fault(place, "kind", "unknown_text", f"{one.kind}/{one.locale}"))
        if name in seen:
            found.append(Fault(place, "carrier_code", "twice", f"{one.kind}/{one.locale}"))
        seen.add(name)
        if one.carrier_code and not APPROVERS[one.carrier].pattern.fullmatch(one.carrier_code):
            found.append(Fault(place, "carrier_code", "ill_formed", APPROVERS[one.carrier].sample))
        taken = next((other for other in after.values() if _is_another_kind_s(other, one)), None)
        if one.carrier_code and taken is not None:
            found.append(Fault(place, "carrier_code", "taken", taken.kind))
    return found


def _is_another_kind_s(other: CodeDraft, one: CodeDraft) -> bool:
    return (other.carrier, other.carrier_code) == (one.carrier, one.carrier_code) and other.kind != one.kind
