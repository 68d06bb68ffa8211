"""Tell the people who may decide that something waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct

from steward.kernel import languages
from steward.kernel.actor import Actor
from steward.modules.approvals import rules
from steward.modules.approvals.queries import KIND_LABELS, deciders_now
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.people import queries as people


class Told(Struct, frozen=True, kw_only=True):
    """What deciders are told of: request, kind, the subject's number, role, until when, and whose wish it is."""

    approval_id: int
    kind: str
    number: str
    role: str
    due_at: datetime
    asked_by: str
    hands: str
    simulated: bool


def tell_deciders(actor: Actor, *, asked: Sequence[Told], now: datetime) -> None:
    """Put a notice before everybody who may decide, stand-ins included; who had a hand in it is left out."""
    by_role = {role: deciders_now(role, at=now) for role in {one.role for one in asked}}
    what = {kind: languages.in_each(partial(KIND_LABELS.__getitem__, kind)) for kind in {one.kind for one in asked}}
    names = people.actor_names({one.asked_by for one in asked})
    notices = [
        Notice(
            staff_ids=[id_ for id_ in by_role[one.role] if not rules.own_hand(f"person:{id_}", one.hands)],
            kind="approval",
            template="approval_asked",
            params={
                "subject": one.number,
                "what": what[one.kind],
                "asked_by": names[one.asked_by],
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
