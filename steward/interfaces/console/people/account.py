"""My account: language, look, time zone, second factor, sessions."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.interfaces.console.access import StaffRequest, signed_in
from steward.modules.people import commands, queries

NEAR_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Europe/London", "America/New_York")
THEME_LABELS = (
    ("auto", gettext_lazy("As the machine")),
    ("light", gettext_lazy("Light")),
    ("dark", gettext_lazy("Dark")),
)
NOTIFY_LABELS = (
    ("all", gettext_lazy("All notices")),
    ("urgent", gettext_lazy("Urgent ones only")),
    ("none", gettext_lazy("None; I look here")),
)
LANGUAGE_NAMES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))


@signed_in
def my_account(request: StaffRequest) -> HttpResponse:
    """Show and change how Steward looks and speaks to the person."""
    if request.method == "POST":
        locale = request.POST.get("locale")
        commands.set_preferences(
            request.actor,
            locale=locale,
            theme=request.POST.get("theme"),
            time_zone=request.POST.get("time_zone"),
            notify_email=request.POST.get("notify_email"),
        )
        with translation.override(locale or settings.LANGUAGE_CODE):
            messages.success(request, _("Saved."))
        return redirect("my_account")
    zones = [*NEAR_ZONES, *sorted(available_timezones() - set(NEAR_ZONES))]
    facts = {
        "person": queries.staff_by_id(request.actor.staff_id or 0),
        "language_names": LANGUAGE_NAMES,
        "theme_labels": THEME_LABELS,
        "zones": zones,
        "notify_labels": NOTIFY_LABELS,
        "notify_email": getattr(request.user, "notify_email", ""),
        "chosen_zone": getattr(request.user, "time_zone", settings.TIME_ZONE),
    }
    return render(request, "console/people/my_account.html", facts)
