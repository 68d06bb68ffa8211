"""The policy of allocation: see it, change it with a reason, and try a proposal on past orders first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment, money
from steward.modules.fulfilment.commands import backtests, policies
from steward.modules.fulfilment.queries import policies as queries
from steward.modules.fulfilment.queries import words
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.orders.commands.screening_backtests import BadPeriod
from steward.modules.people import queries as people

CHANGE = "fulfilment.policy"
USUAL_DAYS = 30
COMPARED = (
    ("served", gettext_lazy("Orders served"), "count", False),
    ("shipments", gettext_lazy("Shipments"), "count", True),
    ("splits", gettext_lazy("Further shipments of an order"), "count", True),
    ("price_minor", gettext_lazy("Carriers' prices"), "money", True),
    ("km", gettext_lazy("Way per shipment (km)"), "number", True),
    ("days", gettext_lazy("Days to delivery"), "number", True),
    ("late_share", gettext_lazy("Late against the promise"), "share", True),
)


@require_GET
@needs("fulfilment.view")
def policy(request: StaffRequest) -> HttpResponse:
    """Show the weights in force, the versions before, and the proposals that were tried."""
    in_force = queries.policy_in_force()
    tried = queries.backtests()
    versions = queries.policies()
    chosen = row_number(request.GET.get("from", ""))
    shown = next((one.weights for one in tried if one.id == chosen), in_force.weights)
    today = moment.now().date()
    facts = {
        "version": in_force.version,
        "in_force": in_force.weights,
        "fields": _fields(shown, in_force.weights),
        "at_once": shown.at_once,
        "versions": [(one, _changes(one.weights, versions[at + 1 :])) for at, one in enumerate(versions)],
        "tried": tried,
        "names": people.actor_names({one.set_by for one in versions} | {one.requested_by for one in tried}),
        "from_date": (today - timedelta(days=USUAL_DAYS)).isoformat(),
        "to_date": today.isoformat(),
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/fulfilment/policy.html", facts)


def _fields(shown: Weights, in_force: Weights) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": label,
            "unit": unit,
            "help": help_,
            "value": _shown(getattr(shown, name), unit, shown.currency),
            "is_changed": getattr(shown, name) != getattr(in_force, name),
        }
        for name, (label, unit, help_) in words.WEIGHTS.items()
    ]


def _shown(value: int, unit: str, currency: str) -> str:
    """Write a weight as people type it: amounts in whole currency."""
    return str(money.to_decimal(value, currency)) if unit == "minor" else str(value)


def _changes(weights: Weights, older: list[queries.PolicyView]) -> list[str]:
    """Name what a version changed."""
    if not older:
        return []
    before = older[0].weights
    return [str(row[0]) for name, row in words.WEIGHTS.items() if getattr(weights, name) != getattr(before, name)]


@require_POST
@needs(CHANGE)
def policy_save(request: StaffRequest) -> HttpResponse:
    """Put typed weights in force, or try them on past orders."""
    weights = _typed(request)
    if request.POST.get("do") == "try":
        id_ = backtests.request_backtest(
            request.actor,
            weights=weights,
            from_date=_day(request.POST.get("from", "")),
            to_date=_day(request.POST.get("to", "")),
            most_orders=row_number(request.POST.get("most", "")) or 300,
        )
        return say(
            request, _("The proposal is tried in the background."), to=reverse("allocation_backtest", args=[id_])
        )
    policies.set_policy(
        request.actor,
        weights=weights,
        expected_version=row_number(request.POST.get("version", "")) or 0,
        reason=request.POST.get("reason", ""),
    )
    return say(request, _("The new weights are in force."), to=reverse("allocation_policy"))


def _typed(request: StaffRequest) -> dict[str, Any]:
    """Read the weights of the form: amounts in whole currency, all else in whole numbers. Raises: UnfitPolicy."""
    typed: dict[str, Any] = msgspec.to_builtins(queries.policy_in_force().weights)
    findings = []
    for name, (label, unit, _help) in words.WEIGHTS.items():
        text = request.POST.get(name, "").strip()
        try:
            typed[name] = money.to_minor(text, typed["currency"]) if unit == "minor" else int(text)
        except (ValueError, ArithmeticError):
            findings.append(
                {"field": name, "code": "no_number", "message": _("%(name)s: no number.") % {"name": label}}
            )
    if findings:
        raise policies.UnfitPolicy(findings)
    typed["at_once"] = request.POST.get("at_once") == "on"
    return typed


def _day(typed: str) -> date:
    """Read a day. Raises: BadPeriod."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadPeriod from None


@require_GET
@needs("fulfilment.view")
def backtest(request: StaffRequest, backtest_id: int) -> HttpResponse:
    """Show one proposal: figures of both policies, and which orders would have been served from elsewhere."""
    row = queries.get_backtest(backtest_id)
    before = queries.policy_of_version(row.policy_version)
    current, proposed = row.result.get("current", {}), row.result.get("proposed", {})
    facts = {
        "row": row,
        "currency": row.weights.currency,
        "changed": [
            (
                label,
                _shown(getattr(before, name), unit, before.currency),
                _shown(getattr(row.weights, name), unit, row.weights.currency),
            )
            for name, (label, unit, _help) in words.WEIGHTS.items()
            if getattr(before, name) != getattr(row.weights, name)
        ],
        "compared": [_compared(current, proposed, *one) for one in COMPARED] if row.result else [],
        "requested_by": people.actor_names({row.requested_by}).get(row.requested_by, row.requested_by),
        "is_open": row.state == "queued",
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/fulfilment/backtest.html", facts)


def _compared(
    current: Mapping[str, Any], proposed: Mapping[str, Any], name: str, label: Any, kind: str, less_is_better: bool
) -> dict[str, Any]:
    before, after = current.get(name, 0), proposed.get(name, 0)
    better = after < before if less_is_better else after > before
    tone = "" if before == after else "text-success" if better else "text-danger"
    return {"label": label, "kind": kind, "before": before, "after": after, "tone": tone}
