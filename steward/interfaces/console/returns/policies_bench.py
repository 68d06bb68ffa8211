"""The test bench: this order, this day, this reason – the answer, the rule that decided, and why the others did not."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.returns.policies import SEE, reason_names
from steward.kernel import moment
from steward.kernel.errors import NotFound
from steward.modules.returns.queries import bench, policy_terms, policy_words
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.queries.verdicts import Ask
from steward.modules.returns.rules.policy_shapes import Facts, Rule

OPENED = {"yes": True, "no": False}
MOST_FILES = 20


@require_GET
@needs(SEE)
def policy_bench(request: StaffRequest) -> HttpResponse:
    """Ask a version of the policy about every line of an order, on a day of one's choice. Changes nothing."""
    names, versions = reason_names(), queries.policies()
    chosen = row_number(request.GET.get("version", ""))
    policy = queries.policy_of_version(chosen) if chosen else next(one for one in versions if one.active)
    number = request.GET.get("order", "").strip().upper()[:24]
    tried, missing = _tried(request, number, policy) if number else ([], "")
    rules = {rule.code: rule for rule in policy.rules}
    facts = {
        "number": number,
        "missing": missing,
        "day": request.GET.get("day") or moment.now().date().isoformat(),
        "kind": request.GET.get("kind", "return_refund"),
        "reason": request.GET.get("reason", "no_reason"),
        "opened": request.GET.get("opened", ""),
        "pictures": _few(request.GET.get("pictures", "")),
        "videos": _few(request.GET.get("videos", "")),
        "version": policy.version,
        "versions": [one.version for one in versions],
        "kinds": list(policy_words.KINDS.items()),
        "reasons": list(names.items()),
        "tried": [_shown(one, rules, names) for one in tried],
    }
    return render(request, "console/returns/policy_bench.html", facts)


def _tried(request: StaffRequest, number: str, policy: queries.PolicyView) -> tuple[list[bench.Tried], str]:
    """Try it; an order nobody knows is said beside the form."""
    kind = request.GET.get("kind", "")
    asked = Ask(
        0,
        0,
        kind if kind in policy_words.KINDS else "return_refund",
        request.GET.get("reason", ""),
        _few(request.GET.get("pictures", "")),
        _few(request.GET.get("videos", "")),
        OPENED.get(request.GET.get("opened", "")),
    )
    try:
        found = bench.tried(
            number,
            asked,
            rules=policy.rules,
            version=policy.version,
            now=_moment(request.GET.get("day", "")),
            language=get_language() or "zh-hans",
        )
    except NotFound as refusal:
        return [], str(refusal)
    return found, "" if found else _("Every line of this order was cancelled.")


def _few(text: str) -> int:
    return min(int(text), MOST_FILES) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _moment(typed: str) -> datetime:
    """Return this very moment for today, noon for any other day."""
    now = moment.now()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return now
    return now if day == timezone.localtime(now).date() else timezone.make_aware(datetime.combine(day, time(12)))


def _shown(one: bench.Tried, rules: dict[str, Rule], names: dict[str, str]) -> dict[str, Any]:
    verdict, currency = one.verdict, one.facts.currency if one.facts else ""
    return {
        "sku": one.sku,
        "name": one.name,
        "verdict": verdict,
        "why": policy_words.why_text(verdict.why, verdict.params),
        "rule": policy_terms.rule_label(rules[verdict.rule]) if verdict.rule in rules else "",
        "kinds": [policy_words.KINDS[kind] for kind in verdict.kinds],
        "terms": policy_terms.verdict_lines(verdict, currency),
        "known": _known(one.facts, names) if one.facts else [],
        "steps": [
            {
                "rule": policy_terms.rule_view(rules[step.code], names),
                "became": policy_words.STEPS[step.became],
                "tone": policy_words.STEP_TONES[step.became],
                "misses": [policy_words.CONDITIONS[name] for name in step.misses],
                "until": policy_words.last_day(step.until) if step.until else "",
            }
            for step in one.steps
        ],
    }


def _known(facts: Facts, names: dict[str, str]) -> list[tuple[str, str]]:
    """Say what the answer was made from."""
    conditions = policy_words.CONDITIONS
    here = facts.delivered_at
    arrived = policy_words.last_day(here) if here else pgettext("return policy", "not yet")
    known = [
        (conditions["reasons"], names.get(facts.reason, facts.reason)),
        (conditions["faults"], policy_words.FAULTS[facts.fault]),
        (_("Placed"), policy_words.last_day(facts.placed_at)),
        (conditions["delivered"], arrived),
        (conditions["return_classes"], policy_words.RETURN_CLASSES.get(facts.return_class, "")),
        (conditions["categories"], facts.category),
        (conditions["platforms"], policy_words.PLATFORMS.get(facts.platform, facts.platform)),
        (conditions["trusted"], _("yes") if facts.trusted else _("no")),
    ]
    return [(str(name), str(text)) for name, text in known if str(text)]
