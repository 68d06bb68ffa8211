"""The classifier: its versions with their figures, what it takes for what, the way back, and corrections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import back, typed
from steward.kernel import moment, parameters
from steward.modules.desk.commands.classifying import CATEGORY_SHARE, REASON_SHARE, correct_category
from steward.modules.desk.commands.training import ask_training, use_classifier_version
from steward.modules.desk.queries.classifier import (
    VersionView,
    category_names,
    classifier_versions,
    corrections_since,
    latest_version_at,
)
from steward.modules.desk.queries.ticket import ticket_id
from steward.modules.desk.rules.categories import NONE, TREE
from steward.modules.people import queries as people

SET_UP = "settings.desk"


@needs(SET_UP)
def classifier(request: StaffRequest) -> HttpResponse:
    """List the versions, and what the one in use takes for what."""
    versions = classifier_versions()
    names = category_names(get_language() or "en") | {NONE: _("small talk")}
    current = next((one for one in versions if one.state == "in_use"), None)
    facts = {
        "versions": [(one, _percents(one.figures)) for one in versions],
        "people": people.actor_names({who for one in versions for who in (one.made_by, one.used_by) if who}),
        "current": current,
        "columns": [names[code] for code in _codes()],
        "confusion": _confusion(current, names) if current else [],
        "numbers": [(one, parameters.value(one)) for one in (CATEGORY_SHARE, REASON_SHARE)],
        "waiting": corrections_since(latest_version_at()),
        "may_numbers": request.actor.may("settings.parameters"),
    }
    return render(request, "console/desk/classifier.html", facts)


@require_POST
@needs(SET_UP)
def classifier_train(request: StaffRequest) -> HttpResponse:
    """Let a worker learn anew."""
    ask_training(request.actor)
    messages.success(request, _("It learns now; the new version is listed here in a minute or two."))
    return redirect("classifier")


@require_POST
@needs(SET_UP)
def classifier_use(request: StaffRequest, number: int) -> HttpResponse:
    """Put a version in use."""
    use_classifier_version(request.actor, number=number, reason=typed(request, "reason"), now=moment.now())
    messages.success(request, _("Version %(number)s judges from now on.") % {"number": number})
    return redirect("classifier")


@require_POST
@needs("tickets.work")
def ticket_correct(request: StaffRequest, number: str) -> HttpResponse:
    """Say what a ticket is about; the classifier learns from it."""
    category, _dot, reason = typed(request, "about", 100).partition(".")
    correct_category(request.actor, ticket_id=ticket_id(number), category=category, sub_reason=reason, now=moment.now())
    return back(request, number, _("Saved. The classifier learns from it."))


def _codes() -> list[str]:
    return [*(category.code for category in TREE), NONE]


def _percents(figures: dict[str, Any]) -> dict[str, str]:
    """Write shares as percentages with one decimal."""
    return {name: f"{value * 100:.1f}" for name, value in figures.items() if isinstance(value, float)}


def _confusion(version: VersionView, names: dict[str, str]) -> list[tuple[str, list[tuple[int, bool]]]]:
    """Lay out what was taken for what: a row for what it is, a column for what was said, and whether that is right."""
    counts = version.figures.get("confusion", {})
    return [
        (names[right], [(counts.get(right, {}).get(said, 0), right == said) for said in _codes()]) for right in _codes()
    ]
