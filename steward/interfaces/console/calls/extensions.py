"""Whose telephone each extension is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.modules.desk.commands import call_work
from steward.modules.desk.queries import calls as known
from steward.modules.messaging.queries.accounts import channel_account
from steward.modules.people import queries as people

LONGEST = 40


@needs("settings.desk")
def extensions(request: StaffRequest, box: str) -> HttpResponse:
    """Show and set whose telephone each extension of a system is; who has none leaves the field empty."""
    account = channel_account(box)
    may_take = people.staff_contact(people.staff_with_permission("tickets.work"))
    if request.method == "POST":
        typed = {id_: request.POST.get(f"staff-{id_}", "").strip()[:LONGEST] for id_ in may_take}
        given = [number for number in typed.values() if number]
        if len(set(given)) < len(given):
            return say(request, _("An extension belongs to one person."), tone="warning", to=request.path)
        owners = {number: id_ for id_, number in typed.items() if number}
        call_work.set_extensions(request.actor, box=box, owners=owners)
        return say(request, _("Saved."), to=reverse("calls"))
    numbers = {staff_id: number for number, staff_id in known.extensions(box).items()}
    rows = sorted(
        ((id_, contact.name, numbers.get(id_, "")) for id_, contact in may_take.items()), key=lambda row: row[1]
    )
    return render(request, "console/calls/extensions.html", {"account": account, "rows": rows})
