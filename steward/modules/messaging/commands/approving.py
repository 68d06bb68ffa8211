"""Write down which of a carrier's codes stands for which of our texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.templates import EDIT
from steward.modules.messaging.events import ApprovedCodeSaved
from steward.modules.messaging.models import ApprovedText, MessageKind, Template
from steward.modules.messaging.queries import words
from steward.modules.messaging.rules import approved
from steward.modules.messaging.rules.approved import CodeDraft


@command(needs=EDIT)
def save_approved_codes(actor: Actor, *, codes: Sequence[CodeDraft], reason: str, now: datetime) -> int:
    """Put carriers' codes in force, each for the newest version of its text; an empty code takes one back.

    A short message by such a carrier then says that version until another code is saved. The same code again stands
    for the newest version from then on. Returns how many changed.
    Raises: BadInput with every finding (`codes.0.carrier_code`). Emits: ApprovedCodeSaved. Locks: the kinds.
    """
    codes = [_trimmed(one) for one in codes]
    # One process at a time, so that no code comes to stand for two kinds.
    list(MessageKind.objects.select_for_update().order_by("code").values_list("code"))
    standing = {(row.carrier, row.code, row.locale): row for row in ApprovedText.objects.all()}
    _check(codes, standing.values(), reason)
    texts = Template.objects.filter(channel=approved.SMS, code__in={one.kind for one in codes})
    newest = {(code, locale): last for code, locale, last in _newest(texts)}
    told: list[events.Event] = []
    for one in codes:
        row = standing.get((one.carrier, one.kind, one.locale))
        event = _saved(actor, one, row, version=newest[one.kind, one.locale], reason=reason.strip()[:200], now=now)
        told += [event] if event else []
    events.record(actor, told)
    return len(told)


def _newest(texts: Any) -> list[tuple[str, str, int]]:
    return list(texts.values_list("code", "locale").annotate(last=Max("version")))


def _trimmed(one: CodeDraft) -> CodeDraft:
    return CodeDraft(carrier=one.carrier, kind=one.kind, locale=one.locale, carrier_code=one.carrier_code.strip())


def _check(codes: Sequence[CodeDraft], rows: Any, reason: str) -> None:
    standing = [
        CodeDraft(carrier=row.carrier, kind=row.code, locale=row.locale, carrier_code=row.carrier_code) for row in rows
    ]
    findings: list[dict[str, Any]] = [
        {"field": f"codes.{fault.place}.{fault.field}", "code": fault.code, "message": fault_words(fault)}
        for fault in approved.faults(codes, standing)
    ]
    if not reason.strip():
        why = _("Say why, in a few words: who comes after you reads it.")
        findings.append({"field": "reason", "code": "empty", "message": why})
    if findings:
        raise errors.BadInput(findings)


def fault_words(fault: approved.Fault) -> str:
    """Say what is wrong with a code and how to mend it."""
    if fault.code == "taken":
        taken = _("This code stands for “%(kind)s” already. Copy the code of this text from the carrier's console.")
        return taken % {"kind": words.kind(fault.detail)}
    said = {
        "unknown_carrier": _("No carrier “%(detail)s” approves texts."),
        "unknown_text": _("There is no short message “%(detail)s”."),
        "twice": _("“%(detail)s” is named twice."),
        "ill_formed": _("A code of this carrier looks like %(detail)s."),
    }
    return said[fault.code] % {"detail": fault.detail}


def _saved(
    actor: Actor, one: CodeDraft, row: ApprovedText | None, *, version: int, reason: str, now: datetime
) -> ApprovedCodeSaved | None:
    """Write one code; nothing where it stood for this version already."""
    before = row.carrier_code if row else ""
    if row is None and not one.carrier_code:
        return None
    if row is not None and (row.carrier_code, row.text_version) == (one.carrier_code, version):
        return None
    row = row or ApprovedText(carrier=one.carrier, code=one.kind, locale=one.locale)
    if one.carrier_code:
        row.carrier_code, row.text_version = one.carrier_code, version
        row.saved_by, row.saved_at, row.reason = actor.id, now, reason
        row.save()
    id_ = row.id
    if not one.carrier_code:
        row.delete()
    return ApprovedCodeSaved(
        approved_text_id=id_, carrier=one.carrier, code=one.kind, locale=one.locale,
        before=before, after=one.carrier_code, reason=reason,
    )  # fmt: skip
