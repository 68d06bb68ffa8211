"""Tell people what became of a review: the agent, who may decide, who judged first. Steps of the commands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from steward.kernel.actor import Actor
from steward.modules.desk.models import Coaching, QualityReview
from steward.modules.messaging.commands.notifying import notify_staff
from steward.modules.messaging.rules.outgoing import Notice
from steward.modules.people import queries as people

LONGEST_TOLD = 200


def tell_result(actor: Actor, row: QualityReview, now: datetime) -> None:
    """Tell an agent that their work was reviewed."""
    _tell(actor, row, "quality_result", {row.agent_id}, {"percent": row.percent}, now)


def tell_appeal(actor: Actor, row: QualityReview, deciders: Collection[int], now: datetime) -> None:
    """Tell those who may decide that somebody appeals."""
    _tell(actor, row, "quality_appeal", deciders, {"colleague": _name(actor), "words": _short(row.appeal)}, now)


def tell_verdict(actor: Actor, row: QualityReview, now: datetime) -> None:
    """Tell the agent and who judged first how it was decided."""
    whom = {id_ for id_ in (row.agent_id, row.reviewer_id) if id_ is not None}
    _tell(actor, row, "quality_verdict", whom, {"percent": row.percent, "words": _short(row.decision)}, now)


def tell_coaching(actor: Actor, row: Coaching, now: datetime) -> None:
    """Tell an agent what they are to do."""
    params = {"colleague": _name(actor), "words": _short(row.task), "due": row.due_date.isoformat()}
    _tell(actor, row.review, "coaching_given", {row.agent_id}, params, now, key=f"coaching-{row.id}")


def _name(actor: Actor) -> str:
    return people.actor_names([actor.id]).get(actor.id, actor.name)


def _short(text: str) -> str:
    return text.strip()[:LONGEST_TOLD]


def _tell(
    actor: Actor,
    row: QualityReview,
    template: str,
    whom: Collection[int],
    params: Mapping[str, Any],
    now: datetime,
    *,
    key: str = "",
) -> None:
    told = sorted(id_ for id_ in whom if id_ != actor.staff_id)
    notice = Notice(
        staff_ids=told,
        kind="system",
        template=template,
        params={"subject": row.ticket.number, **params},
        subject_kind="quality_review",
        subject_id=row.id,
        dedupe_key=key or f"{template}-{row.id}",
        simulated=row.ticket.simulated,
    )
    notify_staff(actor, notices=[notice] if told else [], now=now)
