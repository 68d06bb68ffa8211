"""What can be done about a case now, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.people import queries as people
from steward.modules.returns.queries.views import CaseView
from steward.modules.returns.queries.words import WHY_NOT
from steward.modules.returns.rules import states

WITH_MONEY = ("refund_only", "return_refund")
MAY_COME = ("awaiting", "in_transit", "lost", "expired", "short", "wrong_item")


class StepShown(Struct, frozen=True):
    """One step with its words; `why_not` says why it cannot be taken."""

    code: str
    label: Any
    icon: str
    why_not: str = ""


def steps_of(actor: Actor, view: CaseView) -> Iterator[StepShown]:
    """List the steps that make sense in the state of a case."""
    state = view.row.state
    if state == "requested":
        yield StepShown("approve", _("Agree"), "check", _may(actor, "returns.decide") or _own(actor, view))
        yield StepShown("refuse", _("Refuse"), "x", _may(actor, "returns.decide"))
        yield from _of_exchange(actor, view)
        yield StepShown("offer", _("Offer help first"), "help", _may(actor, "returns.request"))
    if state in states.OPEN:
        yield StepShown("withdraw", _("Withdraw"), "arrow-back-up", _may(actor, "returns.request"))
    if state == "refused":
        yield StepShown("reconsider", _("Look at it again"), "refresh", _may(actor, "returns.decide"))
    if state not in ("approved", "lapsed", "completed"):
        return
    where = {(piece.reception, piece.acceptance) for piece in view.pieces}
    if any(piece.reception == "awaiting" and piece.parcel_id is None for piece in view.pieces) and state == "approved":
        yield StepShown("parcel", _("Announce a parcel"), "package-import", _may(actor, "returns.request"))
    if any(reception in MAY_COME for reception, _acceptance in where):
        yield StepShown("receive", _("It has arrived"), "package", _may(actor, "returns.receive"))
    if view.row.kind != "repair" and any(piece.waits_to_be_inspected for piece in view.pieces):
        yield StepShown("inspect", _("Inspect"), "zoom-check", _may(actor, "returns.inspect"))
    if state == "completed":
        return
    if any(acceptance == "to_person" for _reception, acceptance in where):
        yield StepShown("judge", _("Judge"), "scale", _may(actor, "returns.decide"))
    yield from _of_exchange(actor, view)
    yield from _of_money(actor, view)


def _of_exchange(actor: Actor, view: CaseView) -> Iterator[StepShown]:
    if view.exchange is None:
        return
    if view.exchange.may_choose:
        yield StepShown("choose", _("Choose what is sent"), "arrows-exchange", _may(actor, "returns.request"))
    if view.exchange.may_turn:
        yield StepShown(
            "refund_instead", _("Give the money back instead"), "cash-banknote", _may(actor, "returns.decide")
        )
    if any(one.state in ("failed", "refused") for one in view.refunds):
        yield StepShown("difference", _("Give the difference back"), "cash-banknote", _may(actor, "returns.refund"))


def _of_money(actor: Actor, view: CaseView) -> Iterator[StepShown]:
    if view.row.kind not in WITH_MONEY:
        if view.exchange is None or view.exchange.state in ("released", "done", "ended"):
            yield StepShown("complete", _("Close the case"), "circle-check", _may(actor, "returns.decide"))
        return
    unpaid = [piece for piece in view.pieces if piece.settled_at is None]
    if any(piece.acceptance == "accepted" for piece in unpaid):
        yield StepShown("settle", _("Give the money back"), "cash-banknote", _may(actor, "returns.refund"))
    elif any(
        piece.acceptance == "pending" and piece.reception in ("awaiting", "in_transit", "received") for piece in unpaid
    ):
        why_not = _may(actor, "returns.refund") or _own(actor, view)
        yield StepShown("settle_early", _("Give the money back early"), "cash-banknote", why_not)


def _may(actor: Actor, permission: str) -> str:
    return "" if actor.may(permission) else str(WHY_NOT["permission"]) % {"permission": permission}


def _own(actor: Actor, view: CaseView) -> str:
    """Say why somebody cannot decide about a case they opened; the command asks the same."""
    within = 0 <= view.alone_minor <= view.automatic_up_to_minor
    hands = people.persons_behind([actor.id, view.row.requested_by])
    return str(WHY_NOT["own"]) if not within and hands[actor.id] == hands[view.row.requested_by] else ""
