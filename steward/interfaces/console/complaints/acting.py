"""What people do with complaints: register, set facts, move, close, measures, calls, compensation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.complaints.pages import WORK, choices, currencies
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.interfaces.console.payments.deciding import BadAmount
from steward.kernel import moment, money
from steward.modules.desk.commands import compensating, complaint_moving, complaint_work, complaints
from steward.modules.desk.queries import complaint_words as said
from steward.modules.desk.queries.complaint import complaint
from steward.modules.desk.queries.ticket import get_ticket, ticket_id
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.allocating import numbers_of_orders
from steward.modules.people import queries as people


@needs(WORK)
def complaint_new(request: StaffRequest) -> HttpResponse:
    """Register a complaint: from a ticket, or told directly."""
    number = request.GET.get("ticket", "")[:30] or typed(request, "ticket", 30)
    if request.method == "POST":
        made = complaints.register_complaint(request.actor, draft=_draft(request, number), now=moment.now())
        return say(request, _("The complaint is registered."), to=reverse("complaint", args=[made]))
    ticket = get_ticket(number) if number else None
    order_id = ticket.order_id if ticket else None
    facts: dict[str, Any] = {
        "ticket": ticket,
        "order_number": numbers_of_orders([order_id]).get(order_id, "") if order_id else "",
        "staff": people.staff_list(),
        "workers": sorted(people.staff_contact(people.staff_with_permission(WORK)).values(), key=lambda one: one.name),
        "me": request.actor.staff_id,
        **choices(),
    }
    return render(request, "console/complaints/new.html", facts)


def _draft(request: StaffRequest, number: str) -> complaints.ComplaintDraft:
    order = typed(request, "order", 60)
    return complaints.ComplaintDraft(
        type=typed(request, "type", 40),
        words=typed(request, "words", 2000),
        source=typed(request, "source", 12) or "ticket",
        seriousness=typed(request, "seriousness", 8) or "normal",
        wants=typed(request, "wants"),
        reference=typed(request, "reference", 60),
        ticket_id=ticket_id(number) if number else None,
        order_id=orders.order_id(order) if order else None,
        customer_id=orders.order_detail(orders.order_id(order)).customer_id if order and not number else None,
        team=typed(request, "team", 50),
        owner_id=row_number(request.POST.get("owner", "")),
        about_staff_id=row_number(request.POST.get("about", "")),
        told_at=_instant(typed(request, "told_at", 40)),
    )


def _instant(text: str) -> datetime | None:
    """Read a local time; what is none is not given."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def _back(request: StaffRequest, number: str, text: str) -> HttpResponse:
    return say(request, text, to=reverse("complaint", args=[number]))


@require_POST
@needs(WORK)
def complaint_restate(request: StaffRequest, number: str) -> HttpResponse:
    """Set what is true of a complaint: type, seriousness, who answers for it, its cause."""
    given: dict[str, Any] = {
        name: typed(request, name, 1000)
        for name in ("type", "seriousness", "team", "cause", "cause_words", "wants", "reference")
        if name in request.POST
    }
    people_: dict[str, Any] = {
        field: row_number(request.POST[name])
        for name, field in (("owner", "owner_id"), ("about", "about_staff_id"))
        if name in request.POST
    }
    facts = complaint_moving.ComplaintFacts(**given, **people_)
    complaint_moving.restate_complaint(request.actor, number=number, facts=facts, now=moment.now())
    return _back(request, number, _("Saved."))


@require_POST
@needs(WORK)
def complaint_move(request: StaffRequest, number: str) -> HttpResponse:
    """Move a complaint on, let it wait for the customer, or say that it is none."""
    verb, words, now = typed(request, "verb", 20), typed(request, "words", 1000), moment.now()
    if verb in ("wait", "go_on"):
        complaint_moving.wait_for_complainer(request.actor, number=number, waits=verb == "wait", words=words, now=now)
    elif verb == "dismiss":
        complaints.dismiss_complaint(request.actor, number=number, reason=words, now=now)
    else:
        complaint_moving.move_complaint(request.actor, number=number, verb=verb, words=words, now=now)
    return _back(request, number, str(said.DONE.get(verb, verb)))


@require_POST
@needs(WORK)
def complaint_close(request: StaffRequest, number: str) -> HttpResponse:
    """Close a complaint with how it ended."""
    outcome, words = typed(request, "outcome", 24), typed(request, "words")
    complaint_moving.close_complaint(request.actor, number=number, outcome=outcome, words=words, now=moment.now())
    return _back(request, number, _("The complaint is closed."))


@require_POST
@needs(WORK)
def complaint_measure(request: StaffRequest, number: str) -> HttpResponse:
    """Set a measure, or note that one is done."""
    now, done = moment.now(), row_number(request.POST.get("done", ""))
    if done is not None:
        complaint_work.finish_measure(request.actor, number=number, measure_id=done, now=now)
        return _back(request, number, _("Done."))
    try:
        due_date = parse_date(typed(request, "due_date", 20))
    except ValueError:
        due_date = None
    words, staff_id = typed(request, "words"), row_number(request.POST.get("staff", ""))
    complaint_work.set_measure(request.actor, number=number, words=words, staff_id=staff_id, due_date=due_date, now=now)
    return _back(request, number, _("Saved."))


@require_POST
@needs(WORK)
def complaint_call(request: StaffRequest, number: str) -> HttpResponse:
    """Plan a call to the customer, or note what came of one."""
    now, made = moment.now(), row_number(request.POST.get("call", ""))
    if made is not None:
        result, words = typed(request, "result", 12), typed(request, "words")
        complaint_work.note_complaint_call(
            request.actor, number=number, call_back_id=made, result=result, words=words, now=now
        )
        return _back(request, number, _("Noted."))
    staff_id = row_number(request.POST.get("staff", "")) or 0
    call_at = _instant(typed(request, "call_at", 40)) or now
    complaint_work.plan_complaint_call(request.actor, number=number, staff_id=staff_id, call_at=call_at, now=now)
    return _back(request, number, _("Saved."))


@require_POST
@needs(WORK)
def complaint_compensation(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a compensation, hand one over, or take a wish back."""
    now, verb = moment.now(), typed(request, "verb", 12)
    wish_id, words = row_number(request.POST.get("wish", "")), typed(request, "words", 300)
    if wish_id is not None and verb == "hand_over":
        compensating.hand_over_compensation(request.actor, number=number, compensation_id=wish_id, note=words, now=now)
    elif wish_id is not None:
        compensating.withdraw_compensation(request.actor, number=number, compensation_id=wish_id, reason=words, now=now)
    else:
        kind = typed(request, "kind", 8)
        currency = typed(request, "currency", 3) or currencies(complaint(number).row.order_id)[0]
        compensating.ask_compensation(
            request.actor,
            number=number,
            kind=kind,
            amount_minor=0 if kind == "apology" else _amount_minor(typed(request, "amount", 20), currency),
            currency=currency,
            reason=words,
            now=now,
        )
    return _back(request, number, _("Noted."))


def _amount_minor(text: str, currency: str) -> int:
    """Read an amount. Units: minor units. Raises: BadAmount."""
    try:
        return money.to_minor(text, currency)
    except (ValueError, KeyError):
        raise BadAmount(typed=text) from None
