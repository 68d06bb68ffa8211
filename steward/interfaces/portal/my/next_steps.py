"""What happens next with a request, and when: one sentence, and what the customer can do now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from steward.interfaces.console.templatetags.console import exact, money_text
from steward.interfaces.portal.my.case_words import day
from steward.modules.returns.queries.own import OwnCase
from steward.modules.returns.rules.states import SENT_BACK


class Next(Struct, frozen=True):
    """What happens next. `sends`: the customer has a parcel to announce; `withdraws`: they can still take it back."""

    tone: str
    sentence: str
    more: str = ""
    sends: bool = False
    withdraws: bool = False


def next_step(case: OwnCase) -> Next:
    """Say what happens next with a case, and when."""
    if case.state == "requested":
        return _requested(case)
    if case.state == "approved":
        return _approved(case)
    if case.state == "refused":
        return Next("red", _("We cannot do this."), case.refusal)
    if case.state == "completed":
        return _completed(case)
    ends: dict[str, Any] = {
        "withdrawn": _("You took this request back."),
        "solved": _("Solved without sending anything."),
        "lapsed": _("It ended because nothing was sent in time. Ask again if you still need it."),
    }
    return Next("green" if case.state == "solved" else "grey", ends[case.state])


def _requested(case: OwnCase) -> Next:
    more = _("You get an answer by %(at)s.") % {"at": _at(case.answer_by)} if case.answer_by else ""
    return Next("blue", _("We are looking at your request."), more, withdraws=True)


def _approved(case: OwnCase) -> Next:
    places = {one.reception for one in case.pieces}
    if case.kind in SENT_BACK:
        waiting = [one for one in case.pieces if one.reception == "awaiting" and not one.in_parcel]
        if waiting:
            by = _("Please send it by %(day)s.") % {"day": day(case.return_by)} if case.return_by else ""
            only_waiting = places == {"awaiting"}
            return Next("amber", _("Agreed: please send it to us."), by, sends=True, withdraws=only_waiting)
        if places & {"awaiting", "in_transit"}:
            more = _("We look at it within a day after it arrives.")
            return Next("blue", _("Your parcel is on its way to us."), more)
        if any(one.reception == "received" and one.acceptance in ("pending", "to_person") for one in case.pieces):
            more = _("You hear what we found by %(at)s.") % {"at": _at(case.answer_by)} if case.answer_by else ""
            return Next("blue", _("Your parcel is here. We are looking at it."), more)
    if (said := _exchanged(case)) is not None:
        return said
    if any(one.state == "asked" for one in case.refunds):
        return Next("blue", _("Your money is on its way back."), _("It goes the way you paid; banks take 1 to 7 days."))
    return Next("green", _("Agreed. We are seeing to it."), _ahead(case))


def _exchanged(case: OwnCase) -> Next | None:
    """Say what happens with what is sent in the place of goods; None where there is nothing special to say."""
    one = case.exchange
    if one is None:
        return None
    if one.state == "open":
        return Next("amber", _("Please choose again what we send you."), one.why_label)
    if one.state == "charged":
        amount = money_text(one.to_pay_minor, one.currency)
        return Next(
            "amber", _("Your goods have not come back."), _("Please send them, or pay %(amount)s.") % {"amount": amount}
        )
    if one.state == "reserved" and one.to_pay_minor:
        amount = money_text(one.to_pay_minor, one.currency)
        more = _("We send it as soon as your goods are back and the money is there.")
        return Next("amber", _("Please pay %(amount)s for your replacement.") % {"amount": amount}, more)
    return None


def _ahead(case: OwnCase) -> str:
    words = {
        "refund_only": _("Your money is sent back shortly."),
        "return_refund": _("Your money is sent back shortly."),
        "exchange": _("The new goods are sent to you; you get a message with their number."),
        "reship": _("The goods are sent again; you get a message with their number."),
        "repair": _("We tell you when it is repaired."),
    }
    return words[case.kind]


def _completed(case: OwnCase) -> Next:
    if case.refunded_minor:
        amount = money_text(case.refunded_minor, case.currency)
        return Next("green", _("%(amount)s went back to you.") % {"amount": amount})
    return Next("green", _("Done."))


def _at(at: datetime) -> str:
    return exact(at)[:16]
