"""Rules of screening: versions, the editor, putting a version in force, and how decisions bear the rules out."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.orders.commands import screening_rules as commands
from steward.modules.orders.queries import screening_rules, screening_words
from steward.modules.orders.rules.screening_sets import LANGUAGES, Rule
from steward.modules.people import queries as people

CHANGE = "orders.screening_rules"
NUMBERS = ("weight", "limit", "history")
LANGUAGE_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}
SPARE = 1
UNITS_S = {"min": 60, "h": 3_600, "d": 86_400}


@require_GET
@needs("orders.view")
def rules_in_force(request: StaffRequest) -> HttpResponse:
    """Show the rules in force with what people's decisions say of each, and the versions."""
    active = screening_rules.rule_set()
    known = {one.rule: one for one in screening_rules.rule_feedback()}
    versions = screening_rules.rule_sets()
    facts = {
        "active": active,
        "rules": [(_shown(rule), known.get(rule.code)) for rule in active.rules],
        "versions": versions,
        "names": people.actor_names({one.set_by for one in versions}),
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/screening/rules.html", facts)


@require_GET
@needs("orders.view")
def rules_version(request: StaffRequest, version: int) -> HttpResponse:
    """Show one version, and put it in force from here."""
    found = screening_rules.rule_set(version)
    facts = {
        "version": found,
        "rules": [(_shown(rule), None) for rule in found.rules],
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/screening/rules_version.html", facts)


def _shown(rule: Rule) -> dict[str, Any]:
    """Lay a rule out in words."""
    return {
        "code": rule.code,
        "kind": screening_words.KINDS[rule.kind],
        "signal": screening_words.SIGNALS.get(rule.signal, ""),
        "window": screening_words.span(rule.window_s) if rule.window_s else "",
        "limit": screening_words.limit_text(rule),
        "weight": rule.weight,
        "active": rule.active,
        "text": screening_words.rule_sentence(rule),
    }


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def rules_edit(request: StaffRequest) -> HttpResponse:
    """Change the rules into a new version; on bad input everything typed comes back with every flaw."""
    if request.method == "POST":
        rules = _read(request.POST)
        try:
            hold_at = int(request.POST.get("hold_at") or 0)
            version = commands.save_rule_set(
                request.actor, name=request.POST.get("name", ""), hold_at=hold_at, rules=rules
            )
        except BadInput as refusal:
            return _editor(request, request.POST.get("name", ""), hold_at, rules, refusal.findings)
        say(request, _("Version %(version)s is kept as a draft.") % {"version": version})
        return HttpResponseRedirect(reverse("screening_rules_version", args=[version]))
    base = request.GET.get("from", "")
    start = screening_rules.rule_set(int(base) if base.isdigit() and len(base) < 10 else None)
    return _editor(request, start.name, start.hold_at, msgspec.to_builtins(start.rules), [])


def _editor(
    request: StaffRequest, name: str, hold_at: int, rules: list[dict[str, Any]], findings: list[dict[str, Any]]
) -> HttpResponse:
    rows = [_row(place, rule, findings) for place, rule in enumerate(rules)]
    rows += [_row(len(rules) + n, {}, []) for n in range(SPARE)]
    facts = {
        "name": screening_words.set_name(name),
        "hold_at": hold_at,
        "rows": rows,
        "flaws": [one["message"] for one in findings],
        "kinds": screening_words.KINDS.items(),
        "signals": screening_words.SIGNALS.items(),
        "units": [("min", _("minutes")), ("h", _("hours")), ("d", _("days"))],
    }
    return render(request, "console/screening/rules_edit.html", facts, status=422 if findings else 200)


def _row(place: int, rule: dict[str, Any], findings: list[dict[str, Any]]) -> dict[str, Any]:
    """Lay one rule out for its fields."""
    count, unit = _in_largest_unit(rule.get("window_s", 0))
    texts = rule.get("texts", {})
    return {
        "place": place,
        **rule,
        "is_new": not rule,
        "kind_label": screening_words.KINDS.get(rule.get("kind", ""), ""),
        "signal_label": screening_words.SIGNALS.get(rule.get("signal", ""), ""),
        "active": rule.get("active", True),
        "window": count or "",
        "unit": unit,
        "texts": [(code, LANGUAGE_NAMES[code], texts.get(code, "")) for code in LANGUAGES],
        "has_flaw": any(str(one["field"]).startswith(f"rules.{place}.") for one in findings),
    }


def _in_largest_unit(seconds: int) -> tuple[int, str]:
    unit = next((name for name in ("d", "h") if seconds and seconds % UNITS_S[name] == 0), "min")
    return seconds // UNITS_S[unit], unit


def _read(posted: MultiValueDict[str, str]) -> list[dict[str, Any]]:
    """Read the rules that were typed; a row without a code is left out."""
    rules = []
    for place in posted.getlist("place")[:80]:
        code = posted.get(f"code-{place}", "").strip()
        if not code or posted.get(f"drop-{place}"):
            continue
        window = _number(posted.get(f"window-{place}")) * UNITS_S.get(posted.get(f"unit-{place}", ""), 60)
        rules.append(
            {
                "code": code,
                "kind": posted.get(f"kind-{place}", ""),
                "signal": posted.get(f"signal-{place}", ""),
                "window_s": window,
                "currency": posted.get(f"currency-{place}", "").strip().upper(),
                "active": bool(posted.get(f"active-{place}")),
                "texts": {one: posted.get(f"text-{place}-{one}", "").strip() for one in LANGUAGES},
                **{name: _number(posted.get(f"{name}-{place}")) for name in NUMBERS},
            }
        )
    return rules


def _number(typed: str | None) -> int:
    text = (typed or "").strip()
    return int(text) if text.isdigit() and len(text) < 16 else 0


@require_POST
@needs(CHANGE)
def rules_activate(request: StaffRequest, version: int) -> HttpResponse:
    """Put a version in force."""
    commands.activate_rule_set(
        request.actor, version=version, reason=request.POST.get("reason", "")[:200], now=moment.now()
    )
    text = _("Version %(version)s is in force for orders from now on.") % {"version": version}
    return say(request, text, to=reverse("screening_rules"))
