"""Decide: another person, with the role the tier asks for, or whoever stands in for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals import rules
from steward.modules.approvals.events import ApprovalDecided, ApprovalSettled
from steward.modules.approvals.models import Decision, Request
from steward.modules.approvals.queries import deciders_of_role
from steward.modules.deadlines.commands import ClockStop, stop_clocks
from steward.modules.people import queries as people

PACKAGE = "steward.modules.approvals"
CLOCK = "approval_decision"
EXPIRE_LIMIT = 500
PERSON = "person:"


class OwnMatter(errors.Refusal):
    """Refuse who had a hand in it."""

    code = "own_matter"
    status = 403
    message = _("You had a hand in this yourself, so somebody else has to decide it.")


class NotYours(errors.Refusal):
    """Refuse who has not the role the limit asks for."""

    code = "not_yours_to_decide"
    status = 403
    message = _("This needs somebody with the role “%(role)s”, or who stands in for one.")


class AlreadyDecided(errors.Refusal):
    """Refuse a second verdict of the same person."""

    code = "already_decided"
    message = _("You have decided this already; somebody else has to decide it too.")


class ReasonMissing(errors.Refusal):
    """Refuse a refusal without its reason."""

    code = "reason_missing"
    status = 422
    message = _("Say why, in a few words: whoever asked has to know what to change.")


class DecidedElsewhere(errors.Refusal):
    """Refuse a bare verdict on what has a page of its own, where more than a verdict is given."""

    code = "decided_elsewhere"
    message = _("This is decided on its own page, because more than a verdict is asked for there.")


@command(needs="approvals.decide")
def decide(actor: Actor, *, approval_id: int, verdict: rules.Verdict, reason: str = "", now: datetime) -> rules.State:
    """Give a verdict; enough grants settle the request, one refusal does at once. Returns its state after it.

    Raises: NotFound; NotPossible when it is settled; OwnMatter; NotYours; AlreadyDecided; ReasonMissing;
    DecidedElsewhere. Emits: ApprovalDecided; ApprovalSettled. Locks: the request.
    Source: ORD-3.
    """
    request = _locked(approval_id)
    if "decided_on" in request.facts:
        raise DecidedElsewhere
    return _give(actor, request, verdict, reason, now)


def give_verdict(
    actor: Actor, *, approval_id: int, verdict: rules.Verdict, reason: str = "", now: datetime
) -> rules.State:
    """Give a verdict as a step of the command of the page where it is decided; all that `decide` checks holds.

    Raises and emits as `decide`, RuntimeError outside a transaction. Locks: the request.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a verdict is given inside the transaction of what is decided with it")
    actor.require("approvals.decide")
    return _give(actor, _locked(approval_id), verdict, reason, now)


def _locked(approval_id: int) -> Request:
    request = Request.objects.select_for_update().filter(id=approval_id).first()
    if request is None:
        raise errors.NotFound(key=approval_id)
    return request


def _give(actor: Actor, request: Request, verdict: rules.Verdict, reason: str, now: datetime) -> rules.State:
    reached = rules.next_state(cast(rules.State, request.state), verdict)
    if reached is None:
        raise errors.NotPossible(state=request.state, verb=verdict)
    if verdict == "refuse" and not reason.strip():
        raise ReasonMissing
    if rules.own_hand(actor.id, request.hands):
        raise OwnMatter
    for_person = _on_whose_behalf(actor, request, now)
    if Decision.objects.filter(request=request).filter(_same_hand(actor.id, for_person)).exists():
        raise AlreadyDecided
    Decision.objects.create(
        request=request,
        hands=request.hands,
        decided_by=actor.id,
        for_person=for_person,
        verdict=verdict,
        reason=reason.strip()[:300],
        decided_at=now,
    )
    said = ApprovalDecided(
        approval_id=request.id,
        kind=request.kind,
        about_kind=request.subject_kind,
        about_id=request.subject_id,
        verdict=verdict,
        for_person=for_person,
        reason=reason.strip()[:300],
        simulated=request.simulated,
    )
    events.record(actor, [said])
    grants = Decision.objects.filter(request=request, verdict="grant").count()
    if verdict == "grant" and rules.grants_missing(needed=request.needed, grants=grants):
        return "open"
    Request.objects.filter(id=request.id, state="open").update(state=reached, settled_at=now)
    _settle(
        actor,
        [(request.id, request.kind, request.subject_kind, request.subject_id, request.simulated)],
        reached,
        said.reason,
        now,
    )
    return reached


@command(needs="approvals.decide")
def decide_many(
    actor: Actor, *, approval_ids: Sequence[int], verdict: rules.Verdict, reason: str = "", now: datetime
) -> dict[int, rules.State]:
    """Give one verdict on many, all or none, in id order. Raises and emits as `decide` does."""
    return {
        id_: decide(actor, approval_id=id_, verdict=verdict, reason=reason, now=now)
        for id_ in sorted(set(approval_ids))
    }


def _same_hand(decided_by: str, for_person: str) -> Q:
    """Match what this person decided, for whomever, and what was decided for the one they stand in for."""
    hands = (decided_by, for_person)
    return Q(decided_by__in=hands) | Q(for_person__in=hands)


def _on_whose_behalf(actor: Actor, request: Request, now: datetime) -> str:
    """Tell for whom the actor decides: themselves where they have the role, else somebody on leave.

    A person acts for nobody who had a hand in it. Raises: NotYours.
    """
    able = set(deciders_of_role(request.role))
    if actor.staff_id in able:
        return actor.id
    absent = people.stands_in_for(actor.staff_id, at=now) if actor.staff_id is not None else []
    for person in absent:
        if person in able and not rules.own_hand(f"{PERSON}{person}", request.hands):
            return f"{PERSON}{person}"
    raise NotYours(role=people.role_labels().get(request.role, request.role))


@command(needs="approvals.expire")
def expire_due(actor: Actor, *, now: datetime, limit: int = EXPIRE_LIMIT) -> int:
    """Let lapse what nobody decided in time, at most `limit` of them. Returns how many.

    Emits: ApprovalSettled. Locks: due requests, skipping those somebody is deciding.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "expire_approvals"), {"now": now, "limit": limit})
        rows = cursor.fetchall()
    _settle(actor, rows, "expired", "", now)
    return len(rows)


def _settle(
    actor: Actor, rows: Sequence[tuple[int, str, str, int, bool]], outcome: rules.State, reason: str, now: datetime
) -> None:
    """Stop the clocks of requests that came to their end and announce it."""
    stop_clocks(actor, stops=[ClockStop("approval", row[0], CLOCK) for row in rows], at=now)
    events.record(
        actor,
        [
            ApprovalSettled(
                approval_id=id_,
                kind=kind,
                about_kind=about_kind,
                about_id=about_id,
                outcome=outcome,
                reason=reason,
                simulated=drill,
            )
            for id_, kind, about_kind, about_id, drill in rows
        ],
    )
