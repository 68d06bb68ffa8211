"""Plans for surges, as a manager types them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.modules.incidents import commands, queries
from steward.modules.people import queries as people

NEEDS = "incidents.plans"
MEASURES = ("waiting", "arriving_per_hour", "drain_min")
MOST_DIGITS = 7


def editor(plan: queries.PlanView | None) -> dict[str, Any]:
    """Lay out what a plan says as the fields of its form; None is a new plan."""
    raised, called = (plan.action(kind) if plan else None for kind in ("raise_limits", "call_in"))
    return {
        "version": plan.version if plan else 0,
        "measures": [
            (name, label, getattr(plan.trigger, name) if plan else None)
            for name, label in zip(MEASURES, _measure_labels(), strict=True)
        ],
        "calm_below": plan.trigger.calm_below if plan else 20,
        "calm_min": plan.trigger.calm_min if plan else 15,
        "percent": raised.percent if raised else None,
        "team": called.team if called else "",
        "postpone": bool(plan and plan.action("postpone_low")),
        "teams": [(one.code, one.name) for one in people.teams()],
        "queues": [(code, source.label) for code, source in queries.SOURCES.items()],
    }


def _measure_labels() -> tuple[str, str, str]:
    return _("Waiting, pieces"), _("Coming in an hour, pieces"), _("Time to empty, minutes")


@require_POST
@needs(NEEDS)
def surge_plan_new(request: StaffRequest) -> HttpResponse:
    """Write a new plan."""
    name = request.POST.get("name", "").strip()
    taken = {one.code for one in queries.plans()}
    stem = slugify(name) or "plan"
    code = next(one for one in (stem, *(f"{stem}-{n}" for n in range(2, 1_000))) if one not in taken)
    return _save(request, code[:50])


@require_POST
@needs(NEEDS)
def surge_plan_save(request: StaffRequest, code: str) -> HttpResponse:
    """Put a new version of a plan in force."""
    return _save(request, code)


def _save(request: StaffRequest, code: str) -> HttpResponse:
    given = request.POST
    trigger = {name: _whole(given, name) for name in MEASURES}
    draft = commands.PlanDraft(
        name=given.get("name", ""),
        queue=given.get("queue", ""),
        by_rule=given.get("by_rule") == "1",
        trigger=trigger | {"calm_below": _whole(given, "calm_below") or 0, "calm_min": _whole(given, "calm_min") or 0},
        actions=_actions(given),
    )
    reason = given.get("reason", "")[:400]
    commands.save_plan(request.actor, code=code, draft=draft, reason=reason, seen_version=_whole(given, "version") or 0)
    return say(request, _("The plan is in force."), to=reverse("surge") + "#plans")


def _actions(given: QueryDict) -> list[dict[str, Any]]:
    percent, team = _whole(given, "percent"), given.get("team", "")
    found: list[dict[str, Any]] = []
    if percent:
        found.append({"kind": "raise_limits", "percent": percent})
    if team:
        found.append({"kind": "call_in", "team": team})
    if given.get("postpone") == "1":
        found.append({"kind": "postpone_low"})
    return found


def _whole(given: QueryDict, name: str) -> int | None:
    text = given.get(name, "").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= MOST_DIGITS else None


@require_POST
@needs(NEEDS)
def surge_plan_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Take a plan out of force."""
    commands.retire_plan(request.actor, code=code, reason=request.POST.get("reason", "")[:400])
    return say(request, _("The plan is out of force."), to=reverse("surge") + "#plans")
