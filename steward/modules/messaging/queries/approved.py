"""Read which of a carrier's codes stands for which text, and which texts have none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from steward.kernel import ports
from steward.modules.messaging.models import ApprovedText, Template
from steward.modules.messaging.queries.rendering import Text, Texts, texts
from steward.modules.messaging.rules.approved import APPROVERS, SMS, wanted_texts


class ApprovedView(Struct, frozen=True, kw_only=True):
    """A carrier's code of a text. What goes out is `text_version`, also where `newest_version` is later."""

    carrier: str
    kind: str
    locale: str
    carrier_code: str
    text_version: int
    newest_version: int
    saved_by: str
    saved_at: datetime
    reason: str

    @property
    def is_outdated(self) -> bool:
        """Tell whether the text was changed since the carrier's code was saved."""
        return self.newest_version > self.text_version


def approved_texts(*, kind: str = "", locale: str = "") -> list[ApprovedView]:
    """List carriers' codes by carrier, kind and language."""
    rows = ApprovedText.objects.order_by("carrier", "code", "locale")
    rows = rows.filter(code=kind) if kind else rows
    rows = rows.filter(locale=locale) if locale else rows
    newest = {(code, locale): text.version for (code, channel, locale), text in _newest(rows) if channel == SMS}
    return [
        ApprovedView(
            carrier=row.carrier,
            kind=row.code,
            locale=row.locale,
            carrier_code=row.carrier_code,
            text_version=row.text_version,
            newest_version=newest[row.code, row.locale],
            saved_by=row.saved_by,
            saved_at=row.saved_at,
            reason=row.reason,
        )
        for row in rows
    ]


def _newest(rows: Collection[ApprovedText]) -> list[tuple[tuple[str, str, str], Text]]:
    return list(texts({row.code for row in rows}).items())


def carrier_in_use() -> str:
    """Name the carrier of short messages where it sends approved texts only; empty where it sends any text."""
    name: str = ports.bound("messaging.sms")().name
    return name if name in APPROVERS else ""


def missing_codes(carrier: str) -> list[tuple[str, str]]:
    """List the texts, by kind and language, that a carrier has no code of, and therefore goes without."""
    if carrier not in APPROVERS:
        return []
    known = set(ApprovedText.objects.filter(carrier=carrier).values_list("code", "locale"))
    return [one for one in wanted_texts() if one not in known]


def sendable_texts(codes: Collection[str], *, sms_carrier: str) -> Texts:
    """Load the texts that count: the newest, but of a carrier that approves texts those it has approved.

    A short message it has no code of has no text, so another channel is taken.
    """
    known = texts(codes)
    if sms_carrier not in APPROVERS:
        return known
    usable = {key: text for key, text in known.items() if key[1] != SMS}
    rows = ApprovedText.objects.filter(carrier=sms_carrier, code__in=codes)
    found = {(code, locale): (version, own) for code, locale, version, own in rows.values_list(
        "code", "locale", "text_version", "carrier_code"
    )}  # fmt: skip
    versions = Template.objects.filter(
        code__in=codes, channel=SMS, version__in={version for version, _own in found.values()}
    )
    for code, locale, version, body in versions.values_list("code", "locale", "version", "body"):
        if found.get((code, locale), (0, ""))[0] == version:
            usable[code, SMS, locale] = Text(version, "", body, found[code, locale][1])
    return usable
