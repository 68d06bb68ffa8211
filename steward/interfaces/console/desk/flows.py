"""The editor of process flows: steps in their order, who answers for each, what ticks it, how long it may take."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk import flow_forms
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import errors
from steward.modules.deadlines.queries import active_policies
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.commands import flows as commands
from steward.modules.desk.queries import flow_words, words
from steward.modules.desk.queries import flows as queries
from steward.modules.desk.rules.flows import GIFTS, LANGUAGES, MOST_STEPS
from steward.modules.messaging.queries.words import LOCALES
from steward.modules.people import queries as people
from steward.modules.people.queries import lists

NEEDS = "settings.desk"
MINUTE, MOST_DIGITS = 60, 6
BLANK: dict[str, Any] = {
    "code": "",
    "labels": {},
    "role": "customer_service",
    "after": [],
    "done_when": [],
    "optional": False,
    "outcomes": [],
    "only": [],
    "gives": [],
}


@require_GET
@needs(NEEDS)
def desk_flows(request: StaffRequest) -> HttpResponse:
    """List the flows in force."""
    rows = queries.flows_in_force()
    return render(
        request,
        "console/desk/flows.html",
        {"rows": [(one, queries.said(one.labels), flow_words.condition_said(one.condition)) for one in rows]},
    )


@require_GET
@needs(NEEDS)
def desk_flow(request: StaffRequest, code: str) -> HttpResponse:
    """Show one flow to be changed; “new” begins one."""
    if code == "new":
        draft = {"code": "", "labels": {}, "category": "", "position": 100, "steps": [BLANK], "limits_s": {}}
        return _page(request, draft, [])
    history = queries.flow_history(code)
    if not history:
        raise errors.NotFound(key=code)
    return _page(request, _draft_of(history[0]), history)


@require_POST
@needs(NEEDS)
def desk_flow_save(request: StaffRequest) -> HttpResponse:
    """Save a flow, or change the form: a step more or less, earlier or later."""
    draft = _read(request.POST)
    act, _dash, place = request.POST.get("act", "save").partition("-")
    if act != "save":
        _rearrange(draft["steps"], act, int(place) if place.isdecimal() and len(place) < MOST_DIGITS else -1)
        return _page(request, draft, queries.flow_history(draft["code"]))
    condition = [{"fact": "category", "op": "is", "value": draft["category"]}] if draft["category"] else []
    wish = commands.FlowDraft(
        code=draft["code"],
        labels=draft["labels"],
        condition=draft["condition"] or condition,
        steps=draft["steps"],
        position=draft["position"],
        limits_s=draft["limits_s"],
    )
    try:
        commands.save_flow(request.actor, draft=wish, reason=typed(request, "reason"))
    except errors.Refusal as refusal:
        say(request, str(refusal), tone="danger")
        return _page(request, draft, queries.flow_history(draft["code"]), status=refusal.status)
    say(request, _("Saved. New tickets follow it; those under way keep theirs."))
    return redirect("desk_flow", draft["code"])


@require_POST
@needs(NEEDS)
def desk_flow_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Take a flow out of force."""
    commands.retire_flow(request.actor, code=code, reason=typed(request, "reason"))
    say(request, _("Out of force. Tickets that began it finish it."))
    return redirect("desk_flows")


def _page(
    request: StaffRequest, draft: dict[str, Any], history: list[queries.FlowView], *, status: int = 200
) -> HttpResponse:
    codes = [step["code"] for step in draft["steps"] if step["code"]]
    facts = {
        "draft": draft,
        "steps": [
            (
                place,
                step,
                draft["limits_s"].get(step["code"], 0) // MINUTE or "",
                flow_forms.shown(step, draft["steps"]),
            )
            for place, step in enumerate(draft["steps"])
        ],
        "codes": codes,
        "gifts": [(kind, CLOCKS[kind]) for kind in GIFTS],
        "tongues": [(language, LOCALES[language]) for language in LANGUAGES],
        "roles": list(lists.role_labels().items()),
        "categories": words.CATEGORIES,
        "events": flow_words.EVENTS,
        "history": history,
        "names": people.actor_names({one.set_by for one in history}),
    }
    return render(request, "console/desk/flow.html", facts, status=status)


def _draft_of(flow: queries.FlowView) -> dict[str, Any]:
    """Lay a version out as the form has it; a condition the form cannot show is kept as it is."""
    only = flow.condition[0] if len(flow.condition) == 1 else {}
    simple = only.get("fact") == "category" and only.get("op") == "is"
    prefix = f"{flow.code}."
    limits = {one.code.removeprefix(prefix): one.target_s for one in active_policies() if one.code.startswith(prefix)}
    return {
        "code": flow.code,
        "labels": flow.labels,
        "category": only["value"] if simple else "",
        "condition": [] if simple else flow.condition,
        "position": flow.position,
        "steps": msgspec.to_builtins(flow.steps),
        "limits_s": limits,
    }


def _read(form: QueryDict) -> dict[str, Any]:
    """Read the form: one group of fields for each step, in their order."""
    count = form.get("count", "0")
    places = range(min(int(count), MOST_STEPS)) if count.isdecimal() and len(count) < MOST_DIGITS else range(0)
    code = form.get("code", "").strip()[:20]
    known = {one.code: one for one in queries.flow_history(code)[:1]}
    kept = _draft_of(known[code]) if code in known else {"condition": [], "steps": []}
    of_before = {step["code"]: step for step in kept["steps"]}
    steps = [_step(form, place, of_before) for place in places]
    position = form.get("position", "100")
    limits = {step["code"]: form.get(f"step-{place}-limit", "") for place, step in enumerate(steps)}
    return {
        "code": code,
        "labels": {language: form.get(f"label-{language}", "").strip()[:200] for language in LANGUAGES},
        "category": form.get("category", "")[:40],
        "condition": [] if form.get("category") else kept["condition"],
        "position": int(position) if position.isdecimal() and len(position) < MOST_DIGITS else 100,
        "steps": steps,
        "limits_s": {
            step: int(typed_) * MINUTE
            for step, typed_ in limits.items()
            if typed_.isdecimal() and len(typed_) < MOST_DIGITS and int(typed_)
        },
    }


def _step(form: QueryDict, place: int, of_before: dict[str, dict[str, Any]]) -> dict[str, Any]:
    name = f"step-{place}-"
    code = form.get(f"{name}code", "").strip()[:40]
    return {
        "code": code,
        "labels": {language: form.get(f"{name}label-{language}", "").strip()[:200] for language in LANGUAGES},
        "role": form.get(f"{name}role", "")[:60],
        "after": [code for code in form.getlist(f"{name}after") if code][:MOST_STEPS],
        "done_when": flow_forms.events_read(form, name, of_before.get(code, {}).get("done_when", [])),
        "optional": form.get(f"{name}optional") == "1",
        "gives": [kind for kind in GIFTS if kind in form.getlist(f"{name}gives")],
        "outcomes": flow_forms.outcomes_read(form.get(f"{name}outcomes", "")),
        "only": flow_forms.only_read(form.getlist(f"{name}only"), of_before.get(code, {}).get("only", [])),
    }


def _rearrange(steps: list[dict[str, Any]], act: str, place: int) -> None:
    """Change the order and the number of steps as a button of the form says."""
    if act == "add" and len(steps) < MOST_STEPS:
        last = [steps[-1]["code"]] if steps and steps[-1]["code"] else []
        steps.append(BLANK | {"after": last})
    elif act == "remove" and 0 <= place < len(steps) > 1:
        gone = steps.pop(place)["code"]
        for step in steps:
            step["after"] = [code for code in step["after"] if code != gone]
    elif act == "up" and 0 < place < len(steps):
        steps[place - 1], steps[place] = steps[place], steps[place - 1]
