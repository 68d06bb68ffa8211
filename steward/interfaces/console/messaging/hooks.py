"""Webhooks: endpoints, their secrets, and what became of every delivery."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import errors, moment
from steward.modules.messaging.commands import endpoints
from steward.modules.messaging.queries import endpoints as known

MANAGE = "messaging.webhooks"
PAGE = 50


@never_cache
@needs(MANAGE)
def webhooks(request: StaffRequest) -> HttpResponse:
    """List the endpoints and add one, whose secret this answer alone shows."""
    if request.method != "POST":
        return _page(request)
    try:
        made = endpoints.create_endpoint(request.actor, **_typed(request))
    except errors.BadInput as refusal:
        return _page(request, faults=errors_by_field(refusal.findings))
    return _page(request, secret=made)


def _typed(request: StaffRequest) -> dict[str, Any]:
    return {
        "url": request.POST.get("url", "").strip(),
        "kinds": request.POST.getlist("kinds"),
        "description": request.POST.get("description", ""),
    }


def _page(
    request: StaffRequest, *, secret: endpoints.Secret | None = None, faults: dict[str, str] | None = None
) -> HttpResponse:
    facts = {
        "endpoints": known.endpoints(),
        "kinds": known.offered_kinds(),
        "secret": secret,
        "errors": faults or {},
        "typed": _typed(request) if faults else {"kinds": []},
    }
    return render(request, "console/messaging/webhooks.html", facts, status=422 if faults else 200)


@never_cache
@needs(MANAGE)
def webhook(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Show one endpoint with its deliveries, and change it."""
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            endpoints.change_endpoint(request.actor, endpoint_id=endpoint_id, **_typed(request))
        except errors.BadInput as refusal:
            faults = errors_by_field(refusal.findings)
        else:
            return say(request, _("Saved."), to=reverse("webhook", args=[endpoint_id]))
    return _endpoint_page(request, endpoint_id, faults=faults)


def _endpoint_page(
    request: StaffRequest,
    endpoint_id: int,
    *,
    secret: endpoints.Secret | None = None,
    faults: dict[str, str] | None = None,
) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = known.deliveries(
        endpoint_id=endpoint_id, state=state, before_id=row_number(request.GET.get("before", "")), limit=PAGE + 1
    )
    endpoint = known.endpoint(endpoint_id)
    states = {"": _("All"), "waiting": _("Waiting"), "delivered": _("Delivered"), "failed": _("Failed")}
    facts = {
        "endpoint": endpoint,
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "states": [(code, label, code == state) for code, label in states.items()],
        "state": state,
        "kinds": known.offered_kinds(),
        "secret": secret,
        "errors": faults or {},
        "now": moment.now(),
    }
    return render(request, "console/messaging/webhook.html", facts, status=422 if faults else 200)


@never_cache
@require_POST
@needs(MANAGE)
def webhook_act(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Give an endpoint a new secret, switch it on or off, or delete it."""
    what, now = request.POST.get("what", ""), moment.now()
    if what == "rotate":
        secret = endpoints.rotate_secret(request.actor, endpoint_id=endpoint_id, now=now)
        return _endpoint_page(request, endpoint_id, secret=secret)
    if what == "delete":
        endpoints.delete_endpoint(request.actor, endpoint_id=endpoint_id)
        return say(request, _("Deleted."), to=reverse("webhooks"))
    endpoints.switch_endpoint(request.actor, endpoint_id=endpoint_id, active=what == "on", now=now)
    text = _("Switched on. What happened meanwhile is sent now.") if what == "on" else _("Switched off.")
    return say(request, text, to=reverse("webhook", args=[endpoint_id]))


@require_POST
@needs(MANAGE)
def delivery_resend(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Send one event to its endpoint again."""
    endpoints.resend_delivery(request.actor, delivery_id=delivery_id, now=moment.now())
    return say(request, _("It is sent again in a moment."))
