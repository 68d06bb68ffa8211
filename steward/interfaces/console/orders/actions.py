"""What can be done with an order now, and why not where it cannot."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.orders.queries import OrderDetail
from steward.modules.orders.rules import fulfilment, transitions
from steward.modules.people import queries as people


class Action(Struct, frozen=True):
    """One button. `why_not` is empty when it may be pressed; `asks_reason` opens a small form first."""

    code: str
    label: str
    icon: str
    url: str
    tone: str = "secondary"
    asks_reason: bool = False
    why_not: str = ""
    choices: list[tuple[str, Any]] = []


def actions_of(actor: Actor, detail: OrderDetail, *, is_held: bool = False, awaits_check: bool = False) -> list[Action]:
    """List the buttons of an order page, the likeliest first."""
    number, state = detail.order.number, detail.order.state
    return [
        Action(
            "approve",
            _("Approve"),
            "check",
            reverse("order_approve", args=[number]),
            "success",
            why_not=_permission(actor, "orders.audit")
            or _approve_later(state)
            or (_("Screening holds it; somebody has to release it first.") if is_held else "")
            or (_("Another person has to check this entry first.") if awaits_check else "")
            or _own(actor, detail),
        ),
        Action(
            "advance",
            _("Check again"),
            "refresh",
            reverse("order_advance", args=[number]),
            why_not=_permission(actor, "orders.advance") or _ended(state),
        ),
        Action(
            "send_back",
            _("Send back"),
            "arrow-back-up",
            reverse("order_send_back", args=[number]),
            asks_reason=True,
            why_not=_permission(actor, "orders.audit")
            or ("" if transitions.can(state, "send_back") else _("Only an order in audit can be sent back.")),
        ),
        Action(
            "urgency",
            _("Urgency"),
            "flame",
            reverse("order_urgency", args=[number]),
            asks_reason=True,
            why_not=_permission(actor, "orders.mend") or _ended(state),
        ),
        Action(
            "cancel",
            _("Cancel order"),
            "x",
            reverse("order_cancel", args=[number]),
            "danger",
            asks_reason=True,
            why_not=_permission(actor, "orders.cancel") or _ended(state) or _on_its_way(detail.order.fulfilment_state),
        ),
    ]


def _permission(actor: Actor, permission: str) -> str:
    return (
        ""
        if actor.may(permission)
        else _("Your role does not allow this (%(permission)s).") % {"permission": permission}
    )


def _own(actor: Actor, detail: OrderDetail) -> str:
    if actor.id in people.persons_behind(detail.mended_by).values():
        return _("You mended this order yourself; another person has to audit it.")
    is_own = detail.order.source in ("form", "api", "bulk") and detail.entered_by == actor.id
    return _("You entered this order yourself; another person has to audit it.") if is_own else ""


def _approve_later(state: str) -> str:
    if transitions.can(state, "approve"):
        return ""
    reasons = {
        "received": _("The findings have to be mended first."),
        "checked": _("The payment has not arrived yet."),
        "approved": _("It is approved already."),
    }
    return reasons.get(state) or _ended(state)


def _on_its_way(fulfilment_state: str) -> str:
    return _("Its goods have been handed to the carrier.") if fulfilment.is_handed_over(fulfilment_state) else ""


def _ended(state: str) -> str:
    ended = {"cancelled": _("The order was cancelled."), "completed": _("The order is completed.")}
    return ended.get(state, "")
