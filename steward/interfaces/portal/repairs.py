"""A repair as its customer sees it: what happens next and when, the warranty, a quote to answer, a time to choose.

Behind a signed link, and for who is signed in. Looking changes nothing but that the quote was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.templatetags.console import exact
from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.errors import Refusal
from steward.modules.deadlines.queries import next_clocks
from steward.modules.messaging.rules.signed_links import SignedLink
from steward.modules.people.queries import stations
from steward.modules.people.queries.stations import FreeSlot, StationView
from steward.modules.returns.commands import repairing_ending, repairing_quotes, repairing_visits
from steward.modules.returns.queries import repair_words as words
from steward.modules.returns.queries import repairs
from steward.modules.returns.queries.repair_views import RepairView

CUSTOMER = system("portal.customer")
NO_CONTENT = ("HEAD",)
DAYS = 7
MOST_SLOTS = 60
TONES: Mapping[str, str] = {
    "quoted": "amber",
    "not_repairable": "amber",
    "ready": "green",
    "returned": "green",
    "handed_over": "green",
    "replace_instead": "green",
    "refund_instead": "green",
    "declined": "grey",
    "cancelled": "grey",
}
SENTENCES: Mapping[str, Any] = {
    "awaiting": gettext_lazy("We are waiting for your goods."),
    "received": gettext_lazy("Your goods are here. We are finding out what is wrong."),
    "diagnosed": gettext_lazy("We know what is wrong."),
    "quoted": gettext_lazy("Please tell us whether we shall repair it."),
    "approved": gettext_lazy("We repair it. It is on the technician's list."),
    "declined": gettext_lazy("We do not repair it."),
    "in_repair": gettext_lazy("It is being repaired."),
    "tested": gettext_lazy("It is being tested."),
    "not_repairable": gettext_lazy("It cannot be repaired."),
    "ready": gettext_lazy("It is ready."),
    "returned": gettext_lazy("It is on its way back to you."),
    "handed_over": gettext_lazy("You have it back."),
    "replace_instead": gettext_lazy("You get a replacement instead."),
    "refund_instead": gettext_lazy("You get your money back instead."),
    "cancelled": gettext_lazy("This repair was called off."),
}


class Shown(Struct, frozen=True):
    """A repair in its customer's words. `may_choose`: a replacement or the money instead of a repair."""

    view: RepairView
    name: str
    tone: str
    sentence: str
    more: str
    lines: list[tuple[str, int]]
    may_choose: bool


def repair_page(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """Show the repair a link leads to, and take what its customer decides."""
    return show_repair(request, link.subject_id)


def show_repair(request: HttpRequest, repair_id: int, *, base: str = "portal/base.html") -> HttpResponse:
    """Show one repair; take an answer to its quote, a time at a station, or a choice instead of a repair."""
    now = moment.now()
    view = repairs.repair(repair_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _act(request, view, now)
        except Refusal as refused:
            refusal = refused
        else:
            return redirect(request.get_full_path())
    elif request.method not in NO_CONTENT and view.open_quote is not None:
        repairing_quotes.note_quote_opened(CUSTOMER, repair_id=view.row.id, now=now)
    view = repairs.repair(repair_id)
    facts: dict[str, Any] = {"base": base, "repair": shown(view), "row": view.row, "refusal": refusal}
    facts |= _times(request.GET.get("station", ""), view, now)
    return render(request, "portal/repair.html", facts, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, view: RepairView, now: datetime) -> None:
    """Carry out what was pressed; anything else is only looking."""
    wish = request.POST.get("wish", "")
    if wish in ("approve", "decline"):
        quote_id = row_number(request.POST.get("quote", "")) or 0
        if not any(one.id == quote_id for one in view.quotes):
            raise repairing_quotes.QuoteOver
        said = request.POST.get("words", "")[:400]
        is_approved = wish == "approve"
        repairing_quotes.answer_quote(CUSTOMER, quote_id=quote_id, is_approved=is_approved, words=said, now=now)
    elif wish in ("replacement", "refund"):
        repairing_ending.choose_remedy(CUSTOMER, repair_id=view.row.id, remedy=wish, now=now)
    elif wish == "visit":
        draft = repairing_visits.VisitDraft(
            starts_at=_instant(request.POST.get("starts_at", "")), station=request.POST.get("station", "")[:50]
        )
        if view.row.state != "awaiting" or not draft.station:
            raise repairing_visits.UnfitVisit
        repairing_visits.book_visit(CUSTOMER, repair_id=view.row.id, draft=draft, now=now)


def _instant(text: str) -> datetime:
    """Read the time of a slot. Raises: UnfitVisit."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise repairing_visits.UnfitVisit from error
    if found.tzinfo is None:
        raise repairing_visits.UnfitVisit
    return found


def shown(view: RepairView) -> Shown:
    """Put a repair into its customer's words."""
    language = get_language() or settings.LANGUAGE_CODE
    row, quote = view.row, view.open_quote
    name = (row.name_en if language.startswith("en") else row.name_zh) or row.name_zh or row.sku
    lines = [(words.line_words(line, language), line["amount_minor"]) for line in quote.lines] if quote else []
    tone = TONES.get(row.state, "blue")
    return Shown(view, name, tone, str(SENTENCES[row.state]), _more(view), lines, view.may_choose)


def _more(view: RepairView) -> str:
    """Say what happens next, and when."""
    row = view.row
    if view.visit is not None and row.state == "awaiting":
        return _("We expect you on %(at)s.") % {"at": exact(view.visit.starts_at)[:16]}
    if view.open_quote is not None:
        return _("Nothing is done before. You can answer until %(at)s.") % {
            "at": exact(view.open_quote.expires_at)[:16]
        }
    if view.next == "parts":
        return _("A part is on its way to us. We begin as soon as it is here.")
    if view.next == "owed":
        return _("You get it back as soon as it is paid.")
    if row.state == "ready":
        return _("We send it back, or you fetch it at the station.")
    if view.may_choose:
        return _("You may choose a replacement or your money back instead.")
    clock = next_clocks("repair", [row.id]).get(row.id) if row.state in ("received", "approved", "in_repair") else None
    if clock is None or clock.due_at is None:
        return ""
    at = exact(clock.due_at)[:16]
    if row.state == "received":
        return _("You hear what we found by %(at)s.") % {"at": at}
    return _("It is ready by %(at)s.") % {"at": at}


def _times(code: str, view: RepairView, now: datetime) -> dict[str, Any]:
    """List where and when the goods can be brought, while they are still with the customer."""
    places: list[StationView] = []
    slots: Sequence[FreeSlot] = []
    chosen: StationView | None = None
    if view.row.state == "awaiting" and view.row.place != "on_site":
        places = [one for one in stations.stations() if "repair" in one.services]
        chosen = next((one for one in places if one.code == code), None)
    if chosen is not None:
        first = now.astimezone(ZoneInfo(chosen.zone)).date()
        slots = stations.free_slots([chosen], service="repair", first=first, days=DAYS, now=now)[:MOST_SLOTS]
    return {"places": places, "chosen": chosen, "slots": slots}
