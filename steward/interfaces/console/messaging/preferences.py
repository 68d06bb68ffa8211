"""What one customer hears from us, as an agent changes it for them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.messaging import preference_form
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.messaging.commands.preferences import set_preferences


@needs("messaging.preferences")
def customer_preferences(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Show what a customer chose, and change it."""
    if request.method == "POST":
        typed = preference_form.chosen(request.POST)
        set_preferences(request.actor, customer_id=customer_id, now=moment.now(), **typed)
        return say(request, _("Saved."), to=reverse("message_preferences", args=[customer_id]))
    facts = preference_form.shown(customer_id) | {"customer_id": customer_id}
    return render(request, "console/messaging/preferences.html", facts)
