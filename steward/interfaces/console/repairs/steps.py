"""What can be done about a repair now, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.returns.queries import words as case_words
from steward.modules.returns.queries.repair_views import RepairView
from steward.modules.returns.queries.repair_words import WHY_NOT
from steward.modules.returns.rules import repair as rules

REPAIR, DECIDE, REQUEST, RECORD = "returns.repair", "returns.decide", "returns.request", "payments.record"
# Steps that say what to do in the state of the repair; the others stand behind them.
MAIN = ("diagnose", "authorise", "quote", "begin", "test", "hand_over", "send_back", "answer", "arrive", "remedy")


class StepShown(Struct, frozen=True):
    """One step with its words; `why_not` says why it cannot be taken."""

    code: str
    label: Any
    icon: str
    why_not: str = ""

    @property
    def is_main(self) -> bool:
        """Tell whether it leads on."""
        return self.code in MAIN


def steps_of(actor: Actor, view: RepairView) -> Iterator[StepShown]:
    """List the steps that make sense for a repair now."""
    state = view.row.state
    if state == "awaiting" and view.row.place == "on_site":
        yield StepShown("arrive", _("I am with the customer"), "map-pin", _may(actor, REPAIR))
    if state == "received":
        yield StepShown("diagnose", _("Say what is wrong"), "stethoscope", _may(actor, REPAIR))
    if state in ("diagnosed", "declined"):
        yield from _decided(actor, view)
    if state == "quoted":
        yield StepShown("answer", _("Answer for the customer"), "phone", _may(actor, REQUEST))
    if state == "approved":
        short = str(WHY_NOT["parts"]) if view.next == "parts" else ""
        yield StepShown("begin", _("Begin"), "tool", _may(actor, REPAIR) or short)
    if state == "in_repair":
        yield StepShown("test", _("Done: test it"), "circle-check", _may(actor, REPAIR))
    if state in ("diagnosed", "not_repairable"):
        why = "" if view.may_choose else str(WHY_NOT["no_right"])
        yield StepShown("remedy", _("Replacement or money instead"), "replace", _may(actor, REQUEST) or why)
    if state == "ready":
        owed = str(WHY_NOT["owed"]) if view.owed else ""
        yield StepShown("hand_over", _("Hand it over"), "hand-stop", _may(actor, REPAIR) or owed)
        yield StepShown("send_back", _("Send it back"), "package-export", _may(actor, REPAIR) or owed)
    yield from _beside(actor, view)
    yield from _of_money(actor, view)


def _decided(actor: Actor, view: RepairView) -> Iterator[StepShown]:
    """List the ways on from a diagnosis."""
    is_covered = view.row.coverage == "in"
    if view.row.state == "diagnosed":
        why = "" if is_covered else str(WHY_NOT["not_covered"])
        yield StepShown("authorise", _("Repair free of charge"), "check", _may(actor, REPAIR) or why)
    why = str(WHY_NOT["covered"]) if is_covered else ""
    yield StepShown("quote", _("Make a quote"), "file-invoice", _may(actor, REPAIR) or why)


def _beside(actor: Actor, view: RepairView) -> Iterator[StepShown]:
    """List what goes beside the repair itself: parts, visits, something lent, who does it."""
    state, may = view.row.state, _may(actor, REPAIR)
    if state in rules.OVER:
        return
    if state in ("received", "diagnosed", "approved", "in_repair"):
        yield StepShown("parts", _("Needs a part"), "puzzle", may)
    if (state, "give_up") in rules.TRANSITIONS:
        yield StepShown("give_up", _("Cannot be repaired"), "x", may)
    if state in ("awaiting", "received", "diagnosed", "declined"):
        yield StepShown("cover", _("Decide about the warranty"), "shield-check", _may(actor, DECIDE))
    if (state, "give_back") in rules.TRANSITIONS:
        yield StepShown("give_back", _("Give it back as it is"), "arrow-back-up", may)
    yield StepShown("assign", _("Give it to somebody"), "user", may)
    yield StepShown("visit", _("Agree on a time"), "calendar", _may(actor, REQUEST))
    if view.loaner is None:
        yield StepShown("lend", _("Lend something meanwhile"), "device-mobile", may)


def _of_money(actor: Actor, view: RepairView) -> Iterator[StepShown]:
    """List what is to be done about what is owed, and about what is lent."""
    if view.loaner is not None:
        yield StepShown("loaner_back", _("The loaner is back"), "arrow-back", _may(actor, REPAIR))
        yield StepShown("loaner_lost", _("The loaner is lost"), "alert-triangle", _may(actor, DECIDE))
    if view.owed is not None:
        yield StepShown("pay", _("It was paid"), "cash", _may(actor, RECORD))
        yield StepShown("waive", _("It need not be paid"), "cash-off", _may(actor, DECIDE))


def _may(actor: Actor, permission: str) -> str:
    return "" if actor.may(permission) else str(case_words.WHY_NOT["permission"]) % {"permission": permission}
