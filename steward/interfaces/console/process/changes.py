"""The house's rules of changing orders: in force, the versions there were, and a form that holds all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands import change_policing
from steward.modules.orders.queries import change_policy as queries
from steward.modules.orders.queries import change_words, words
from steward.modules.orders.rules.change_rules import MOST_RULES
from steward.modules.orders.rules.changes import KINDS
from steward.modules.orders.rules.transitions import CANCEL_CAUSES
from steward.modules.people import queries as people

LISTS = ("kinds", "causes", "shops", "closed_by")
SWITCHES = ("within_family", "in_stock")
MOST_DIGITS = 9
Rule = dict[str, Any]


@require_http_methods(["GET", "POST"])
@needs("orders.process")
def change_rules(request: StaffRequest) -> HttpResponse:
    """Show the rules, and put others in force; what does not fit comes back with every flaw."""
    active = queries.active_change_policy()
    if request.method == "GET":
        return _page(request, active, [msgspec.to_builtins(rule) for rule in active.rules])
    typed = [_read(request, place) for place in range(_number(request.POST.get("count", ""), MOST_RULES + 1))]
    rules = [rule for rule in typed if rule["code"]]
    try:
        change_policing.save_change_policy(
            request.actor,
            rules=rules,
            note=request.POST.get("note", ""),
            expected_version=_number(request.POST.get("version", ""), 2**31 - 1),
        )
    except errors.Refusal as refusal:
        found = refusal.findings if isinstance(refusal, errors.BadInput) else []
        problems = [str(one["message"]) for one in found] or [str(refusal)]
        return _page(request, active, rules, problems=problems, status=refusal.status)
    return say(request, _("Saved. Changes of orders are held against it from now on."), to=reverse("change_rules"))


def _page(
    request: StaffRequest,
    active: queries.ChangePolicyView,
    rules: Sequence[Rule],
    *,
    problems: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    versions, offered = queries.change_policies(), _offered()
    shown = [*rules, {}] if len(rules) < MOST_RULES else rules
    facts = {
        "active": active,
        "rows": [_row(place, rule, offered) for place, rule in enumerate(shown)],
        "problems": problems,
        "note": request.POST.get("note", ""),
        "versions": versions,
        "names": people.actor_names({one.set_by for one in versions}),
    }
    return render(request, "console/process/changes.html", facts, status=status)


def _offered() -> dict[str, list[tuple[str, Any]]]:
    kinds: list[tuple[str, Any]] = [(kind, change_words.kind(kind)) for kind in KINDS]
    return {
        "kinds": kinds,
        "causes": [(cause, words.cancel_cause(cause)) for cause in CANCEL_CAUSES],
        "shops": [(shop.code, shop.name) for shop in catalog.shops()],
        "closed_by": kinds,
    }


def _row(place: int, rule: Rule, offered: Mapping[str, list[tuple[str, Any]]]) -> dict[str, Any]:
    labels = {
        "kinds": _("For these changes"),
        "causes": _("When cancelled for"),
        "shops": _("In these shops"),
        "closed_by": _("Not any more after"),
    }
    return {
        "place": place,
        "code": rule.get("code", ""),
        "offered": rule.get("offered", True),
        "most": rule.get("most", 0),
        "reasons": "\n".join(rule.get("reasons", ())),
        "switches": [
            ("within_family", _("Only for variants of the same product"), rule.get("within_family", False)),
            ("in_stock", _("Only where all of it is in stock"), rule.get("in_stock", False)),
        ],
        "lists": [
            (name, labels[name], [(code, label, code in rule.get(name, ())) for code, label in offered[name]])
            for name in LISTS
        ],
    }


def _read(request: StaffRequest, place: int) -> Rule:
    """Read one rule from the form; one without a name is none."""
    posted = request.POST
    reasons = [line.strip() for line in posted.get(f"reasons-{place}", "").splitlines()]
    return {
        "code": posted.get(f"code-{place}", "").strip(),
        "offered": posted.get(f"offered-{place}") == "on",
        "most": _number(posted.get(f"most-{place}", ""), 100),
        "reasons": [reason for reason in reasons if reason],
        **{name: posted.getlist(f"{name}-{place}") for name in LISTS},
        **{name: posted.get(f"{name}-{place}") == "on" for name in SWITCHES},
    }


def _number(text: str, most: int) -> int:
    fits = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return min(int(text), most) if fits else 0
