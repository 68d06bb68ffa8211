"""The steps people take on the page of a repair; each runs one command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, money
from steward.modules.messaging.rules.channels import Part
from steward.modules.returns.commands import (
    photos,
    repairing_charges,
    repairing_ending,
    repairing_goods,
    repairing_loaners,
    repairing_quotes,
    repairing_visits,
    repairing_working,
)
from steward.modules.returns.commands.repairing_goods import PartWant
from steward.modules.returns.commands.repairing_working import Diagnosis, WorkDraft
from steward.modules.returns.queries import repairs as queries
from steward.modules.returns.queries.repair_views import RepairView

MOST_FILES = 6


@require_POST
@needs("returns.view")
def repair_step(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Take one step with a repair."""
    step = STEPS.get(verb)
    if step is None:
        raise errors.NotFound(key=verb)
    view = queries.repair(number, shops=request.actor.scopes)
    said = step(request, view)
    return say(request, said or _("Done."), to=reverse("repair", args=[view.row.number]))


def _number(text: str, otherwise: int = 0) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _minor(text: str, currency: str) -> int:
    """Read an amount as people type it; what is none is refused by the command. Units: minor units."""
    try:
        return money.to_minor(text.strip() or "0", currency)
    except (ValueError, ArithmeticError):
        return -1


def _work(request: StaffRequest) -> WorkDraft:
    """Read a record of work with its pictures."""
    uploads = [one for one in request.FILES.getlist("files") if one.size][:MOST_FILES]
    parts = [Part(one.name or "", one.read()) for one in uploads]
    return WorkDraft(
        minutes=_number(request.POST.get("minutes", "")),
        note=request.POST.get("note", ""),
        attachment_ids=tuple(photos.keep_photos(request.actor, parts=parts, now=moment.now())),
    )


def _parts(post: QueryDict) -> tuple[PartWant, ...]:
    rows = zip(post.getlist("sku"), post.getlist("quantity"), strict=False)
    return tuple(PartWant(sku=sku.strip(), quantity=_number(units, 1)) for sku, units in rows if sku.strip())


def _time(text: str) -> datetime | None:
    """Read a time as a form or a slot gives it, in the reader's time zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return make_aware(found) if found and is_naive(found) else found


def _arrive(request: StaffRequest, view: RepairView) -> str:
    repairing_working.receive_on_site(request.actor, repair_id=view.row.id, now=moment.now())
    return _("Noted. Say what is wrong next.")


def _diagnose(request: StaffRequest, view: RepairView) -> str:
    post = request.POST
    found = Diagnosis(
        fault=post.get("fault", ""),
        cause=post.get("cause", ""),
        serial=post.get("serial", ""),
        parts=_parts(post),
        work=_work(request),
    )
    repairing_working.diagnose_repair(request.actor, repair_id=view.row.id, found=found, now=moment.now())
    return _("Noted. The next step stands on this page.")


def _authorise(request: StaffRequest, view: RepairView) -> str:
    repairing_working.authorise_repair(request.actor, repair_id=view.row.id, now=moment.now())
    return _("It is repaired free of charge. Parts are set aside as far as they are there.")


def _quote(request: StaffRequest, view: RepairView) -> str:
    post = request.POST
    extra, amount = post.get("extra", "").strip(), _minor(post.get("amount", ""), view.row.currency)
    repairing_quotes.quote_repair(
        request.actor,
        repair_id=view.row.id,
        minutes=_number(post.get("minutes", "")),
        extras=[repairing_quotes.ExtraLine(extra, amount)] if extra else [],
        note=post.get("note", ""),
        now=moment.now(),
    )
    return _("The customer has the quote, with a link to answer it.")


def _answer(request: StaffRequest, view: RepairView) -> str:
    quote = view.open_quote
    if quote is None:
        raise repairing_quotes.QuoteOver
    is_approved = request.POST.get("answer") == "approve"
    said = request.POST.get("words", "")
    repairing_quotes.answer_quote(
        request.actor, quote_id=quote.id, is_approved=is_approved, words=said, now=moment.now()
    )
    return _("The customer's answer is noted.")


def _begin(request: StaffRequest, view: RepairView) -> str:
    repairing_working.begin_repair(request.actor, repair_id=view.row.id, now=moment.now())
    return _("The repair has begun.")


def _test(request: StaffRequest, view: RepairView) -> str:
    used = {
        part.id: _number(request.POST[f"used_{part.id}"], part.quantity)
        for part in view.parts
        if f"used_{part.id}" in request.POST
    }
    passed = request.POST.get("passed") == "yes"
    repairing_working.record_test(
        request.actor, repair_id=view.row.id, passed=passed, work=_work(request), used=used, now=moment.now()
    )
    return _("It works and is ready.") if passed else _("Noted. The work goes on.")


def _give_up(request: StaffRequest, view: RepairView) -> str:
    repairing_working.give_up_repair(request.actor, repair_id=view.row.id, work=_work(request), now=moment.now())
    return _("Noted. The customer chooses what then.")


def _give_back(request: StaffRequest, view: RepairView) -> str:
    repairing_working.give_back_unrepaired(request.actor, repair_id=view.row.id, now=moment.now())
    return _("It goes back as it is.")


def _cover(request: StaffRequest, view: RepairView) -> str:
    is_covered = request.POST.get("covered") == "yes"
    repairing_working.decide_coverage(
        request.actor, repair_id=view.row.id, is_covered=is_covered, why=request.POST.get("why", ""), now=moment.now()
    )
    return _("Decided.")


def _want(request: StaffRequest, view: RepairView) -> str:
    repairing_goods.want_parts(request.actor, repair_id=view.row.id, wants=_parts(request.POST), now=moment.now())
    return _("Noted. What is there is set aside once the repair is agreed to.")


def _assign(request: StaffRequest, view: RepairView) -> str:
    technician = row_number(request.POST.get("technician", "")) or 0
    repairing_working.assign_repair(request.actor, repair_id=view.row.id, technician_id=technician, now=moment.now())
    return _("Given.")


def _visit(request: StaffRequest, view: RepairView) -> str:
    starts_at = _time(request.POST.get("starts_at", ""))
    if starts_at is None:
        raise repairing_visits.UnfitVisit
    draft = repairing_visits.VisitDraft(
        starts_at=starts_at,
        station=request.POST.get("station", "")[:50],
        technician_id=row_number(request.POST.get("technician", "")),
    )
    repairing_visits.book_visit(request.actor, repair_id=view.row.id, draft=draft, now=moment.now())
    return _("The time is agreed.")


def _lend(request: StaffRequest, view: RepairView) -> str:
    post = request.POST
    draft = repairing_loaners.LoanDraft(
        sku=post.get("sku", "").strip(), warehouse=post.get("warehouse", ""), serial=post.get("serial", "")
    )
    repairing_loaners.lend(request.actor, repair_id=view.row.id, draft=draft, now=moment.now())
    return _("Lent. Its return has a limit.")


def _loaner_back(request: StaffRequest, view: RepairView) -> str:
    grade, note = request.POST.get("grade", ""), request.POST.get("note", "")
    loaner_id = view.loaner.id if view.loaner else 0
    repairing_loaners.take_loaner_back(request.actor, loaner_id=loaner_id, grade=grade, note=note, now=moment.now())
    return _("It is back in stock, to be looked at before it is for sale.")


def _loaner_lost(request: StaffRequest, view: RepairView) -> str:
    amount = _minor(request.POST.get("amount", ""), view.row.currency)
    repairing_loaners.lose_loaner(
        request.actor,
        loaner_id=view.loaner.id if view.loaner else 0,
        amount_minor=amount,
        why=request.POST.get("why", ""),
        now=moment.now(),
    )
    return _("Noted.")


def _pay(request: StaffRequest, view: RepairView) -> str:
    repairing_charges.pay_charge(
        request.actor,
        charge_id=view.owed.id if view.owed else 0,
        transaction=request.POST.get("transaction", ""),
        amount_minor=_minor(request.POST.get("amount", ""), view.row.currency),
        now=moment.now(),
    )
    return _("The payment is recorded.")


def _waive(request: StaffRequest, view: RepairView) -> str:
    charge_id = view.owed.id if view.owed else 0
    repairing_charges.waive_charge(
        request.actor, charge_id=charge_id, why=request.POST.get("why", ""), now=moment.now()
    )
    return _("It need not be paid.")


def _hand_over(request: StaffRequest, view: RepairView) -> str:
    repairing_ending.hand_over(request.actor, repair_id=view.row.id, now=moment.now())
    return _("Handed over.")


def _send_back(request: StaffRequest, view: RepairView) -> str:
    post = request.POST
    repairing_ending.send_back(
        request.actor,
        repair_id=view.row.id,
        carrier=post.get("carrier", ""),
        tracking_number=post.get("tracking_number", ""),
        now=moment.now(),
    )
    return _("Sent. The customer has the number.")


def _remedy(request: StaffRequest, view: RepairView) -> str:
    remedy = request.POST.get("remedy", "")
    number = repairing_ending.choose_remedy(request.actor, repair_id=view.row.id, remedy=remedy, now=moment.now())
    return _("%(number)s does the rest; somebody decides about it.") % {"number": number}


STEPS: Mapping[str, Callable[[StaffRequest, RepairView], Any]] = {
    "arrive": _arrive,
    "diagnose": _diagnose,
    "authorise": _authorise,
    "quote": _quote,
    "answer": _answer,
    "begin": _begin,
    "test": _test,
    "give_up": _give_up,
    "give_back": _give_back,
    "cover": _cover,
    "parts": _want,
    "assign": _assign,
    "visit": _visit,
    "lend": _lend,
    "loaner_back": _loaner_back,
    "loaner_lost": _loaner_lost,
    "pay": _pay,
    "waive": _waive,
    "hand_over": _hand_over,
    "send_back": _send_back,
    "remedy": _remedy,
}
