"""The return policy: the rules in force in their order, the versions before with what they changed, proposals tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.modules.people import queries as people
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.queries import policy_terms, policy_words

SEE, CHANGE = "returns.view", "returns.policies"
# name of a figure → label; whether more of it is dearer to the house.
COMPARED = (
    ("eligible", gettext_lazy("Allowed")),
    ("automatic", gettext_lazy("Granted without a person")),
    ("evidence", gettext_lazy("Asked for more evidence")),
    ("merchant_pays", gettext_lazy("Freight back on us")),
    ("restocking", gettext_lazy("With a share kept")),
    ("advance", gettext_lazy("Solution in advance")),
    ("against_people", gettext_lazy("Other than people decided")),
)


def reason_names() -> dict[str, str]:
    """Name every reason in the reader's language."""
    language = get_language() or "zh-hans"
    return {one.code: one.label(language) for one in queries.all_reasons()}


@require_GET
@needs(SEE)
def policy_list(request: StaffRequest) -> HttpResponse:
    """Show the rules in force in the order in which they are tried, the versions, and the proposals."""
    active, names = queries.active_policy(), reason_names()
    versions, tried = queries.policies(), queries.backtests()
    facts = {
        "active": active,
        "rules": [policy_terms.rule_view(rule, names) for rule in active.rules],
        "versions": versions,
        "tried": tried,
        "names": people.actor_names({one.set_by for one in versions} | {one.requested_by for one in tried}),
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/returns/policy_list.html", facts)


@require_GET
@needs(SEE)
def policy_version(request: StaffRequest, version: int) -> HttpResponse:
    """Show a version: its rules, and how it differs from another (the one before it, unless one is named)."""
    shown, names = queries.policy_of_version(version), reason_names()
    versions = queries.policies()
    other = row_number(request.GET.get("with", "")) or max(
        (one.version for one in versions if one.version < version), default=0
    )
    base = queries.policy_of_version(other) if other else None
    facts = {
        "shown": shown,
        "other": other,
        "others": [one.version for one in versions if one.version != version],
        "differences": policy_terms.differences(base.rules, shown.rules, names) if base else [],
        "rules": [policy_terms.rule_view(rule, names) for rule in shown.rules],
        "set_by": people.actor_names({shown.set_by}).get(shown.set_by, shown.set_by),
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/returns/policy_version.html", facts)


@require_GET
@needs(SEE)
def policy_backtest(request: StaffRequest, backtest_id: int) -> HttpResponse:
    """Show one proposal: what it changes, the figures of both, and which past cases it would answer otherwise."""
    row, names = queries.get_backtest(backtest_id), reason_names()
    before = queries.policy_of_version(row.policy_version).rules
    labels = {rule.code: policy_terms.rule_label(rule) for rule in (*before, *row.rules)}
    current, proposed = row.result.get("current", {}), row.result.get("proposed", {})
    facts = {
        "row": row,
        "state": policy_words.BACKTEST_STATES[row.state],
        "differences": policy_terms.differences(before, row.rules, names),
        "compared": [(label, current.get(name, 0), proposed.get(name, 0)) for name, label in COMPARED],
        "by_rule": _by_rule(current.get("by_rule", {}), proposed.get("by_rule", {}), labels),
        "shown": [_shown(one, labels) for one in row.result.get("shown", [])],
        "requested_by": people.actor_names({row.requested_by}).get(row.requested_by, row.requested_by),
        "is_open": row.state == "queued",
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/returns/policy_backtest.html", facts)


def _by_rule(
    current: Mapping[str, int], proposed: Mapping[str, int], labels: Mapping[str, str]
) -> list[tuple[str, int, int]]:
    codes = dict.fromkeys((*current, *proposed))
    return [(labels.get(code, code), current.get(code, 0), proposed.get(code, 0)) for code in codes]


def _shown(one: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": one["number"],
        "before": _told(one["before"], labels),
        "after": _told(one["after"], labels),
    }


def _told(answer: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Say what an answer came to in a few words."""
    rule = labels.get(answer["rule"], answer["rule"])
    if not answer["eligible"]:
        what = _("evidence missing") if answer["why"] == "evidence_missing" else _("not possible")
    else:
        what = _("granted at once") if answer["automatic"] else _("a person decides")
    return f"{what} · {rule}" if rule else what
