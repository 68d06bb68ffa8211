"""The steps of the order process: all of them, one to change, and how it will read before it is saved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.settings.policy_form import UNITS_S, in_largest_unit
from steward.interfaces.console.spans import span
from steward.kernel import errors, moment
from steward.modules.orders.commands import process as commands
from steward.modules.orders.queries import process as queries
from steward.modules.orders.queries import words
from steward.modules.orders.rules.process import LANGUAGES, can_stand_after
from steward.modules.people import queries as people

CHANGE = "orders.process"
LIMIT = "settings.policies"
MOST_DIGITS = 9
NO_STAFF = ("customer", "system", "carrier")


@require_GET
@needs("orders.view")
def process(request: StaffRequest) -> HttpResponse:
    """Show every step: who does it, what is to be done, within which limit."""
    steps = queries.process_steps()
    names = people.actor_names(step.set_by for step in steps)
    facts = {
        "steps": [(step, span(step.target_s) if step.target_s else "", names.get(step.set_by, "")) for step in steps],
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/process/process.html", facts)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def process_step(request: StaffRequest, code: str) -> HttpResponse:
    """Show one step with its versions, and put a new one in force."""
    step = queries.process_step(code)
    if request.method == "GET":
        return _page(request, step)
    version, text = request.POST.get("version", ""), _texts(request)
    try:
        _move(request, step)
        commands.change_step(
            request.actor,
            code=code,
            responsible_role=request.POST.get("role", ""),
            instruction=text,
            name=_names(request) if step.manual else None,
            target_s=_target(request, step),
            seen_version=int(version) if version.isascii() and version.isdigit() and len(version) < MOST_DIGITS else 0,
            reason=request.POST.get("reason", ""),
            now=moment.now(),
        )
    except errors.Refusal as refusal:
        return _page(request, step, problem=str(refusal), typed=text, status=refusal.status)
    return say(request, _("Saved. Every order shows it from now on."), to=reverse("process"))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def process_new(request: StaffRequest) -> HttpResponse:
    """Add a step of the house's own behind another one."""
    if request.method == "GET":
        return _new_page(request)
    try:
        commands.add_step(
            request.actor,
            after=request.POST.get("after", ""),
            name=_names(request),
            responsible_role=request.POST.get("role", ""),
            instruction=_texts(request),
            target_s=_whole_s(request) if request.actor.may(LIMIT) else None,
            reason=request.POST.get("reason", ""),
            now=moment.now(),
        )
    except errors.Refusal as refusal:
        return _new_page(request, problem=str(refusal), status=refusal.status)
    return say(request, _("Added. Orders wait at this step from now on."), to=reverse("process"))


@require_POST
@needs(CHANGE)
def process_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Take a step of the house's own out of the process."""
    commands.retire_step(request.actor, code=code, reason=request.POST.get("reason", ""), now=moment.now())
    return say(request, _("Taken out. Orders that waited there go on."), to=reverse("process"))


def _move(request: StaffRequest, step: queries.StepView) -> None:
    """Put a step of the house's own where the form says, if that is elsewhere."""
    after = request.POST.get("after", "")
    if step.manual and after and after != _before(step.code):
        reason = request.POST.get("reason", "")
        commands.move_step(request.actor, code=step.code, after=after, reason=reason, now=moment.now())


def _new_page(request: StaffRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    names, texts = _names(request), _texts(request)
    facts = {
        "texts": [(code, label, names[code], texts[code]) for code, label in settings.LANGUAGES],
        "roles": _roles(),
        "role": request.POST.get("role", ""),
        "places": _places(),
        "after": request.POST.get("after", "") or "paid",
        "units": {"min": _("minutes"), "h": _("hours"), "d": _("days")},
        "may_limit": request.actor.may(LIMIT),
        "problem": problem,
    }
    return render(request, "console/process/new.html", facts, status=status)


def _places(without: str = "") -> list[tuple[str, str]]:
    """List behind which steps one of the house's own can stand."""
    steps = queries.process_steps()
    order = [step.code for step in steps]
    return [(step.code, step.label) for step in steps if step.code != without and can_stand_after(step.code, order)]


def _before(code: str) -> str:
    """Return the step right before one."""
    order = [step.code for step in queries.process_steps()]
    place = order.index(code)
    return order[place - 1] if place else ""


def _names(request: StaffRequest) -> dict[str, str]:
    return {language: request.POST.get(f"name-{language}", "").strip() for language in LANGUAGES}


@require_POST
@needs(CHANGE)
def process_preview(request: StaffRequest, code: str) -> HttpResponse:
    """Show how the step will read on an order in each language."""
    step = queries.process_step(code)
    target_s = _target(request, step) or step.target_s
    facts = {"previews": _previews(step, request.POST.get("role", ""), _texts(request), target_s)}
    return render(request, "console/process/_preview.html", facts)


def _texts(request: StaffRequest) -> dict[str, str]:
    return {language: request.POST.get(f"text-{language}", "").strip() for language in LANGUAGES}


def _target(request: StaffRequest, step: queries.StepView) -> int | None:
    """Read the limit; None where the step has none, or the person may not change it. Units: seconds."""
    if not step.target_s or not request.actor.may(LIMIT):
        return None
    return _whole_s(request)


def _whole_s(request: StaffRequest) -> int | None:
    """Read a typed limit; None where nothing was typed. Units: seconds."""
    amount, unit = request.POST.get("amount", ""), request.POST.get("unit", "")
    if not amount:
        return None
    whole = int(amount) if amount.isascii() and amount.isdigit() and len(amount) <= MOST_DIGITS else 0
    return whole * UNITS_S.get(unit, 0)


def _previews(step: queries.StepView, role: str, texts: dict[str, str], target_s: int) -> list[dict[str, str]]:
    previews = []
    for locale, name in settings.LANGUAGES:
        with translation.override(locale):
            previews.append(
                {
                    "language": str(name),
                    "lang": locale,
                    "step": step.label,
                    "turn": _("Turn: %(role)s") % {"role": _roles().get(role, words.word(words.ROLES, role))},
                    "text": texts.get(locale, ""),
                    "limit": _("{t} left").format(t=span(target_s)) if target_s else "",
                }
            )
    return previews


def _roles() -> dict[str, Any]:
    return {code: str(label) for code, label in people.role_labels().items()} | {
        code: words.word(words.ROLES, code) for code in NO_STAFF
    }


def _page(
    request: StaffRequest,
    step: queries.StepView,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    versions = queries.step_versions(step.code)
    amount, unit = in_largest_unit(step.target_s) if step.target_s else (0, "")
    texts = typed or step.instruction
    role = request.POST.get("role", "") or step.responsible_role
    facts = {
        "step": step,
        "texts": [(code, name, texts.get(code, "")) for code, name in settings.LANGUAGES],
        "roles": _roles(),
        "role": role,
        "step_names": [(code, name, step.name.get(code, "")) for code, name in settings.LANGUAGES],
        "places": _places(without=step.code) if step.manual else [],
        "after": _before(step.code) if step.manual else "",
        "amount": amount,
        "unit": unit,
        "units": {"min": _("minutes"), "h": _("hours"), "d": _("days")},
        "may_limit": request.actor.may(LIMIT),
        "versions": versions,
        "names": people.actor_names(version.set_by for version in versions),
        "previews": _previews(step, role, dict(texts), step.target_s),
        "problem": problem,
    }
    return render(request, "console/process/step.html", facts, status=status)
