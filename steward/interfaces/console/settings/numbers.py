"""Business numbers: what is in force, since when, set by whom and why."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from steward.interfaces.console import numbers as words
from steward.interfaces.console.access import StaffRequest, needs
from steward.kernel import errors
from steward.kernel import parameters as numbers
from steward.modules.people import queries as people

CHANGE = "settings.parameters"
TRUE = frozenset({"on", "true", "1"})


@needs(CHANGE)
def parameters(request: StaffRequest) -> HttpResponse:
    """List every business number with the value in force."""
    rows = [{"definition": each, "value": numbers.value(each)} for each in numbers.definitions()]
    return render(request, "console/settings/numbers.html", {"rows": rows})


@needs(CHANGE)
def parameter(request: StaffRequest, name: str) -> HttpResponse:
    """Show one number with its history and put a new value in force."""
    definition = next((each for each in numbers.definitions() if each.name == name), None)
    if definition is None:
        raise errors.NotFound(key=name)
    if request.method == "POST":
        typed, reason = request.POST.get("value", ""), request.POST.get("reason", "").strip()
        problem = _problem(request, definition, typed, reason)
        if problem:
            return _page(request, definition, typed=typed, reason=reason, problem=problem)
        messages.success(request, _("Saved. It is in force everywhere within five seconds."))
        return redirect("parameter", name)
    return _page(request, definition)


def _problem(request: StaffRequest, definition: numbers.Definition, typed: str, reason: str) -> tuple[str, str] | None:
    """Put the value in force; return field and sentence when it does not go."""
    if not reason:
        return "reason", _("Say why, in a few words: who comes after you reads it.")
    try:
        new = parsed(definition, typed)
    except ValueError:
        return "value", _("“%(value)s” is no number.") % {"value": typed}
    try:
        numbers.set_parameter(request.actor, name=definition.name, new=new, reason=reason)
    except numbers.UnfitValue as refusal:
        return "value", str(refusal)
    return None


def parsed(definition: numbers.Definition, typed: str) -> Any:
    """Read what was typed as the kind of the number. Raises: ValueError."""
    text = typed.strip()
    if definition.kind == "boolean":
        return text.lower() in TRUE
    if definition.kind == "text":
        return text
    if definition.kind == words.AMOUNTS:
        return words.amounts(text)
    number = float(text.replace(",", ""))
    if not math.isfinite(number):
        raise ValueError(text)
    if definition.unit == words.MONEY:  # people read and write whole units with two decimals
        return round(number * words.MINOR_PER_UNIT)
    if definition.kind == "integer":
        return int(text.replace(",", ""))
    return number


def _page(
    request: StaffRequest,
    definition: numbers.Definition,
    *,
    typed: str = "",
    reason: str = "",
    problem: tuple[str, str] | None = None,
) -> HttpResponse:
    history = numbers.history(definition.name)
    facts = {
        "definition": definition,
        "value": numbers.value(definition),
        "history": history,
        "names": people.actor_names(version.set_by for version in history),
        "typed": typed or words.typed(definition.unit, numbers.value(definition)),
        "reason": reason,
        "errors": dict([problem]) if problem else {},
    }
    return render(request, "console/settings/number.html", facts, status=422 if problem else 200)
