"""Tell the people who may decide that something waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.approvals.queries import deciders_now, kind_labels
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.people import queries as people


class Told(Struct, frozen=True):
    """What deciders are told of: the request, its kind, the subject's number, the role, until when."""

    approval_id: int
    kind: str
    number: str
    role: str
    due_at: datetime
    simulated: bool


def tell_deciders(actor: Actor, *, asked: Sequence[Told], now: datetime) -> None:
    """Put a notice before everybody who may decide, stand-ins included; who asked is left out."""
    by_role = {role: deciders_now(role, at=now) for role in {one.role for one in asked}}
    name = people.actor_names([actor.id])[actor.id]
    notices = [
        Notice(
            staff_ids=[id_ for id_ in by_role[one.role] if id_ != actor.staff_id],
            kind="approval",
            template="approval_asked",
            params={
                "subject": one.number,
                "what": _in_all_languages(one.kind),
                "asked_by": name,
                "answer_before": one.due_at.isoformat(),
            },
            subject_kind="approval",
            subject_id=one.approval_id,
            dedupe_key=f"approval:{one.approval_id}",
            simulated=one.simulated,
        )
        for one in asked
    ]
    notify_staff(actor, notices=[notice for notice in notices if notice.staff_ids], now=now)


def _in_all_languages(kind: str) -> dict[str, str]:
    words = {}
    for locale, _name in settings.LANGUAGES:
        with translation.override(locale):
            words[locale] = kind_labels()[kind]
    return words
