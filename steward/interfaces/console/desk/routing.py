"""How tickets are given out: rules, skills that are asked for, how much of a case each is, and a trial of it all."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import routing_rules as commands
from steward.modules.desk.queries import routing_views as queries
from steward.modules.desk.queries import routing_words as words
from steward.modules.desk.queries.ticket import ticket_id
from steward.modules.desk.rules import routing
from steward.modules.people import queries as people

NEEDS = "settings.desk"
TESTS, MOST_DIGITS, CASE = 3, 4, routing.CASE
TRIED = ("channel", "category", "language", "priority", "urgency")
RAW = "raw:"


@require_GET
@needs(NEEDS)
def desk_routing(request: StaffRequest) -> HttpResponse:
    """Show the rules in their order, what they rest on, and where a ticket would go."""
    rules = queries.rule_views(at=moment.now())
    facts = {
        "rules": [(one, _rows_of(one.condition), _said(one), _weights_of(one)) for one in rules],
        "blank": _rows_of([]),
        "blank_weights": _weights_of(None),
        "choices": _choices(),
        "skills": people.skills(),
        "skill_words": {**words.SKILLS, **people.skills()},
        "teams": [(one.code, one.name) for one in people.teams()],
        "needs": [
            (one, words.FACTS.get(one.fact, one.fact), words.value_word(one.fact, one.value))
            for one in queries.need_views()
        ],
        "need_choices": [group for group in _choices() if group[0] in routing.NEED_FACTS],
        "axes": _axes(),
        "levels": range(1, routing.BEST + 1),
        "names": people.actor_names({one.set_by for one in rules}),
        **_tried(request),
    }
    return render(request, "console/desk/routing.html", facts)


def _choices() -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """List what a test can ask: (fact, its name, (fact:value, name of the value))."""
    return [
        (fact, words.FACTS[fact], [(f"{fact}:{code}", label) for code, label in values.items()])
        for fact, values in words.VALUES.items()
    ]


def _rows_of(condition: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Lay tests out as rows of a form: is or is_not, the chosen pair, its words where it is none of the list."""
    rows = []
    for test in condition:
        code = str(test["value"]).lower() if isinstance(test["value"], bool) else str(test["value"])
        known = test["op"] in ("is", "is_not") and code in words.VALUES.get(test["fact"], {})
        pair = f"{test['fact']}:{code}" if known else RAW + json.dumps(test, ensure_ascii=False)
        rows.append((test["op"], pair, "" if known else _test_said(test)))
    return rows + [("is", "", "")] * max(1, TESTS - len(rows))


def _test_said(test: dict[str, Any]) -> str:
    values = test["value"] if isinstance(test["value"], list) else [test["value"]]
    told = "、".join(words.value_word(test["fact"], value) for value in values)
    sign = {"is": "=", "is_not": "≠", "in": "∈", "at_least": "≥", "below": "<"}[test["op"]]
    return f"{words.FACTS.get(test['fact'], test['fact'])} {sign} {told}"


def _said(rule: queries.RuleView) -> str:
    """Say a condition in one line."""
    return " · ".join(_test_said(test) for test in rule.condition) or _("every ticket")


def _weights_of(rule: queries.RuleView | None) -> list[tuple[str, Any, int]]:
    labels = (_("Worked for the customer"), _("In the team"), _("Level of skill"), _("Has room"))
    usual = commands.RuleDraft(name="")
    return [(name, label, getattr(rule or usual, name)) for name, label in zip(commands.WEIGHTS, labels, strict=True)]


def _axes() -> list[tuple[str, Any, list[tuple[str, Any, int]]]]:
    weights = queries.weight_views()
    return [
        (axis, label, [(code, name, weights[axis].get(code, routing.CASE)) for code, name in codes.items()])
        for axis, (label, codes) in words.AXES.items()
    ]


def _tried(request: StaffRequest) -> dict[str, Any]:
    """Try a ticket by its number, or the facts of one."""
    given = {name: request.GET.get(name, "")[:40] for name in TRIED}
    number, now = request.GET.get("number", "").strip()[:30], moment.now()
    found = None
    if number:
        found = queries.preview(ticket_id(number), at=now)
    elif "try" in request.GET:
        found = queries.preview_of(
            {name: value for name, value in given.items() if value in words.VALUES[name]}, at=now
        )
    fields = [(name, words.FACTS[name], list(words.VALUES[name].items()), given[name]) for name in TRIED]
    return {
        "tried": found,
        "candidates": [(one, one.load / CASE, one.capacity / CASE) for one in found.candidates] if found else [],
        "tried_number": number,
        "tried_fields": fields,
        "why": str(words.WHY.get(found.why, "")) if found else "",
        "unfit": words.UNFIT,
    }


@require_POST
@needs(NEEDS)
def routing_rule_new(request: StaffRequest) -> HttpResponse:
    """Write a new rule."""
    taken = {one.code for one in queries.rule_views(at=moment.now())}
    stem = slugify(typed(request, "name", 80)) or "rule"
    return _save(
        request, next(one for one in (stem, *(f"{stem}-{n}" for n in range(2, 1_000))) if one not in taken)[:50]
    )


@require_POST
@needs(NEEDS)
def routing_rule_save(request: StaffRequest, code: str) -> HttpResponse:
    """Put a new version of a rule in force."""
    return _save(request, code)


def _save(request: StaffRequest, code: str) -> HttpResponse:
    given = request.POST
    draft = commands.RuleDraft(
        name=typed(request, "name", 80),
        rank=_whole(given, "rank"),
        condition=_condition(given),
        skill=typed(request, "skill", 50),
        level=_whole(given, "level"),
        team=typed(request, "team", 50),
        team_only=given.get("team_only") == "1",
        **{name: _whole(given, name) for name in commands.WEIGHTS},
    )
    commands.save_rule(
        request.actor, code=code, draft=draft, reason=typed(request, "reason"), seen_version=_whole(given, "version")
    )
    return say(request, _("The rule is in force."), to=reverse("desk_routing"))


def _condition(given: QueryDict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for op, pair in zip(given.getlist("op"), given.getlist("pair"), strict=False):
        if pair.startswith(RAW):
            found += _raw(pair.removeprefix(RAW))
        elif pair:
            fact, _colon, code = pair.partition(":")
            value: Any = {"true": True, "false": False}.get(code, code)
            found.append({"fact": fact, "op": "is_not" if op == "is_not" else "is", "value": value})
    return found


def _raw(text: str) -> list[dict[str, Any]]:
    try:
        test = json.loads(text[:400])
    except ValueError:
        return [{}]
    return [test if isinstance(test, dict) else {}]


@require_POST
@needs(NEEDS)
def routing_rule_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Take a rule out of force."""
    commands.retire_rule(request.actor, code=code, reason=typed(request, "reason"))
    return say(request, _("The rule is out of force."), to=reverse("desk_routing"))


@require_POST
@needs(NEEDS)
def routing_need(request: StaffRequest) -> HttpResponse:
    """Let a category, a language or a channel ask for a skill, or no more."""
    fact, _colon, value = typed(request, "pair", 90).partition(":")
    skill, level = typed(request, "skill", 50), _whole(request.POST, "level")
    commands.set_need(request.actor, fact=fact, value=value, skill=skill, level=level)
    return say(request, _("Saved. It counts from the next ticket on."), to=reverse("desk_routing") + "#needs")


@require_POST
@needs(NEEDS)
def routing_weights(request: StaffRequest) -> HttpResponse:
    """Say how much of a case tickets are."""
    known = {(axis, code) for axis, (_label, codes) in words.AXES.items() for code in codes}
    percents = {(axis, code): _whole(request.POST, f"{axis}-{code}") for axis, code in sorted(known)}
    commands.set_weights(request.actor, percents=percents)
    return say(request, _("Saved. It counts from the next ticket on."), to=reverse("desk_routing") + "#weights")


def _whole(given: QueryDict, name: str) -> int:
    """Read a whole number; what is none is −1, which nothing can be."""
    text = given.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else -1
