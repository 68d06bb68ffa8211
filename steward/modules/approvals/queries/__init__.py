"""Read what waits for whom, what was decided, and who has to agree to what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.actor import ALL, Actor
from steward.modules.approvals import rules
from steward.modules.approvals.models import Decision, Policy, Request
from steward.modules.people import queries as people

PAGE = 50
PERMISSION = "approvals.decide"
KIND_LABELS = {
    "order_entry": _("Check of an entry"),
    "refund": _("Refund"),
    "compensation": _("Compensation"),
    "stocktake": _("Stocktake"),
    "write_off": _("Write-off"),
    "article": _("Article"),
    "leave": _("Leave"),
}


class PolicyView(Struct, frozen=True):
    """The tiers of a kind, in force since."""

    kind: str
    version: int
    tiers: list[rules.Tier]
    set_at: datetime
    set_by: str


class DecisionView(Struct, frozen=True):
    """One verdict; `for_person` differs from `decided_by` where somebody stood in."""

    decided_by: str
    for_person: str
    verdict: str
    reason: str
    decided_at: datetime


class ApprovalView(Struct, frozen=True):
    """One request with the verdicts so far. Units: minor units of the currency."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    subject_number: str
    role: str
    needed: int
    amount_minor: int
    currency: str
    facts: dict[str, Any]
    reason: str
    asked_by: str
    involved: list[str]
    asked_at: datetime
    due_at: datetime
    state: rules.State
    settled_at: datetime | None
    decisions: list[DecisionView]

    @property
    def missing(self) -> int:
        """Count the people who still have to agree."""
        granted = sum(decision.verdict == "grant" for decision in self.decisions)
        return rules.grants_missing(needed=self.needed, grants=granted)


STORED = [name for name in ApprovalView.__struct_fields__ if name not in ("involved", "decisions")]


def tiers_of(policy: Policy) -> list[rules.Tier]:
    """Read the tiers of a policy row."""
    return msgspec.convert(policy.tiers, list[rules.Tier])


def policies() -> list[PolicyView]:
    """List what has to be agreed to, by kind."""
    rows = Policy.objects.filter(active=True).order_by("kind")
    return [PolicyView(row.kind, row.version, tiers_of(row), row.set_at, row.set_by) for row in rows]


def kind_labels() -> dict[str, str]:
    """Name every kind of request in the reader's language."""
    return {kind: str(label) for kind, label in KIND_LABELS.items()}


def deciders_of_role(role: str) -> list[int]:
    """List who may decide for a role: who has it, or with none named whoever may decide at all; and administrators."""
    holders = people.staff_with_role(role) if role else people.staff_with_permission(PERMISSION)
    return sorted({*holders, *people.staff_with_permission(ALL)})


def deciders_now(role: str, *, at: datetime) -> list[int]:
    """List who may decide for a role and is here, and who stands in for those on leave."""
    holders = deciders_of_role(role)
    instead = people.stand_ins(holders, at=at)
    return sorted({stand_in for id_ in holders if (stand_in := instead.get(id_, id_)) is not None})


def approval(approval_id: int) -> ApprovalView | None:
    """Find one request."""
    found = _views(Request.objects.filter(id=approval_id))
    return found[0] if found else None


def approvals_by_id(approval_ids: Collection[int]) -> dict[int, ApprovalView]:
    """Find some requests; two queries for all."""
    return {view.id: view for view in _views(Request.objects.filter(id__in=list(approval_ids)))}


def numbers_of(approval_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of what each request is about."""
    return dict(Request.objects.filter(id__in=list(approval_ids)).values_list("id", "subject_number"))


def approvals_of(subject_kind: str, subject_ids: Sequence[int], *, kind: str = "") -> list[ApprovalView]:
    """List what was asked for these subjects, newest first."""
    rows = Request.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids)).order_by("-id")
    return _views(rows.filter(kind=kind) if kind else rows)


def found(text: str, *, limit: int) -> list[ApprovalView]:
    """Find requests by the number of what they are about, newest first."""
    return _views(Request.objects.filter(subject_number=text.strip().upper()).order_by("-id")[:limit])


def approvals_page(
    actor: Actor,
    *,
    mine_only: bool,
    now: datetime,
    state: str = "open",
    kind: str = "",
    after: tuple[datetime, int] | None = None,
) -> list[ApprovalView]:
    """List requests, next due first; `mine_only` leaves those the actor may decide. Keyset: (due_at, id)."""
    rows = Request.objects.filter(state=state).order_by("due_at", "id")
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1]))
    if mine_only:
        rows = _decidable(rows, actor, now)
    return _views(rows[:PAGE])


def may_decide(actor: Actor, view: ApprovalView, *, now: datetime) -> str:
    """Name why the actor may not decide a request: settled, permission, own, decided or role; empty where they may."""
    if view.state != "open":
        return "settled"
    if actor.staff_id is None or not actor.may(PERMISSION):
        return "permission"
    if actor.id in view.involved:
        return "own"
    if any(actor.id in (one.decided_by, one.for_person) for one in view.decisions):
        return "decided"
    is_theirs = _decidable(Request.objects.filter(id=view.id), actor, now).exists()
    return "" if is_theirs else "role"


def policy_versions(kind: str) -> list[PolicyView]:
    """List the tiers a kind had, newest first."""
    rows = Policy.objects.filter(kind=kind).order_by("-version")
    return [PolicyView(row.kind, row.version, tiers_of(row), row.set_at, row.set_by) for row in rows]


def waiting_count(actor: Actor, *, now: datetime, kind: str = "", at_most: int = 100) -> int:
    """Count what waits for the actor, up to a bound; of one kind where one is named."""
    rows = Request.objects.filter(state="open", **({"kind": kind} if kind else {}))
    return _decidable(rows, actor, now)[:at_most].count()


def _decidable(rows: QuerySet[Request], actor: Actor, now: datetime) -> QuerySet[Request]:
    """Leave what the actor had no hand in, has not decided and has the role for, be it as a stand-in."""
    if actor.staff_id is None or not actor.may(PERMISSION):
        return rows.none()
    decided = Decision.objects.filter(Q(decided_by=actor.id) | Q(for_person=actor.id)).values("request_id")
    rows = rows.exclude(hands__contains=f"|{actor.id}|").exclude(id__in=decided)
    if actor.may(ALL):
        return rows
    people_meant = [actor.staff_id, *people.stands_in_for(actor.staff_id, at=now)]
    return rows.filter(role__in={"", *chain.from_iterable(people.roles_of(people_meant).values())})


def _views(rows: QuerySet[Request]) -> list[ApprovalView]:
    found = list(rows)
    verdicts: dict[int, list[DecisionView]] = {}
    fields = ("request_id", "decided_by", "for_person", "verdict", "reason", "decided_at")
    own = Decision.objects.filter(request_id__in=[row.id for row in found]).order_by("id")
    for request_id, *facts in own.values_list(*fields):
        verdicts.setdefault(request_id, []).append(DecisionView(*facts))
    return [
        ApprovalView(
            **{name: getattr(row, name) for name in STORED},
            involved=rules.hands_in(row.hands),
            decisions=verdicts.get(row.id, []),
        )
        for row in found
    ]
