"""The bell: what Steward tells one person."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, signed_in
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.messaging import commands
from steward.modules.messaging.queries import notices, words

PAGE = 30
# Subjects whose page has their own name: found by the number people call them by, or by their id.
BY_NUMBER = frozenset({"complaint", "order", "refund", "ticket"})
BY_ID = frozenset({"approval", "call", "exception", "quality_review", "webhook"})
STOCK_PAGES = {"reorder_point": "replenishment", "discrepancy": "stock_health", "stock": "stock"}


@require_GET
@signed_in
def notice_list(request: StaffRequest) -> HttpResponse:
    """List a person's notices, unread first marked."""
    kind, unread = request.GET.get("kind", ""), request.GET.get("unread") == "1"
    rows = notices.notices(
        request.actor.staff_id or 0,
        locale=get_language() or request.actor.locale,
        time_zone=str(timezone.get_current_timezone()),
        unread_only=unread,
        kind=kind if kind in words.NOTICE_KINDS else "",
        before_id=row_number(request.GET.get("before", "")),
        limit=PAGE + 1,
    )
    facts = {
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "kinds": [(code, label, code == kind) for code, label in words.NOTICE_KINDS.items()],
        "unread_only": unread,
        "kind": kind,
    }
    return render(request, "console/messaging/notices.html", facts)


@require_GET
@signed_in
def bell(request: StaffRequest) -> HttpResponse:
    """Show the bell alone; the page fetches it anew when something was told."""
    return render(request, "console/frame/bell.html", {"as_fragment": True})


@require_POST
@signed_in
def read_all(request: StaffRequest) -> HttpResponse:
    """Mark all of a person's notices as read."""
    read = commands.mark_read(request.actor, notice_ids=None, now=moment.now())
    return say(request, _("All read.") if read else _("There was nothing unread."), to=reverse("notices"))


@require_GET
@signed_in
def open_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go to what it is about."""
    found = notices.notice(request.actor.staff_id or 0, notice_id, locale=request.actor.locale)
    commands.mark_read(request.actor, notice_ids=[notice_id], now=moment.now())
    return HttpResponseRedirect(place_of(found))


def place_of(notice: notices.NoticeView) -> str:
    """Find the page of what a notice is about."""
    if notice.subject_kind in BY_NUMBER and notice.subject:
        return reverse(notice.subject_kind, args=[notice.subject])
    if notice.subject_kind in BY_ID:
        return reverse(notice.subject_kind, args=[notice.subject_id])
    if notice.subject_kind in STOCK_PAGES:
        return reverse(STOCK_PAGES[notice.subject_kind])
    return reverse("notices")
