"""The editor of the return policy: all rules on one page, put in force with a note or tried on past cases first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.returns import policies_form
from steward.interfaces.console.returns.policies import CHANGE, reason_names
from steward.kernel import errors, moment
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.screening_backtests import BadPeriod
from steward.modules.returns.commands import backtests
from steward.modules.returns.commands import policies as commands
from steward.modules.returns.queries import policies as queries

USUAL_DAYS = 90
USUAL_CASES = 1_000


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def policy_edit(request: StaffRequest) -> HttpResponse:
    """Change the rules; what cannot be kept comes back as it was typed, with every flaw."""
    active = queries.active_policy()
    if request.method == "GET":
        return _editor(request, msgspec.to_builtins(_start(request, active).rules), active.version)
    rules, flaws = policies_form.read(request.POST)
    version = row_number(request.POST.get("version", "")) or 0
    if flaws:
        return _editor(request, rules, version, flaws)
    try:
        return _done(request, rules, version)
    except errors.BadInput as refusal:
        return _editor(request, rules, version, refusal.findings)
    except (ReasonMissing, BadPeriod, errors.Stale) as refusal:
        return _editor(request, rules, version, [{"field": "", "message": str(refusal)}])


def _start(request: StaffRequest, active: queries.PolicyView) -> queries.PolicyView | queries.BacktestView:
    """Find what to begin with: a version, a proposal, else what is in force."""
    if tried := row_number(request.GET.get("backtest", "")):
        return queries.get_backtest(tried)
    base = row_number(request.GET.get("from", ""))
    return queries.policy_of_version(base) if base else active


def _done(request: StaffRequest, rules: list[dict[str, Any]], version: int) -> HttpResponse:
    if request.POST.get("do") == "try":
        id_ = backtests.request_backtest(
            request.actor,
            rules=rules,
            from_date=_day(request.POST.get("from", "")),
            to_date=_day(request.POST.get("to", "")),
            most_cases=row_number(request.POST.get("most", "")) or USUAL_CASES,
        )
        return say(request, _("The proposal is tried in the background."), to=reverse("return_backtest", args=[id_]))
    new = commands.save_policy(request.actor, rules=rules, note=request.POST.get("note", ""), expected_version=version)
    text = _("Version %(version)s of the return policy is in force.") % {"version": new}
    return say(request, text, to=reverse("return_policies"))


def _day(typed: str) -> date:
    """Read a day. Raises: BadPeriod."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadPeriod from None


def _editor(
    request: StaffRequest, rules: list[dict[str, Any]], version: int, flaws: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    offered = policies_form.choices(reason_names())
    today = moment.now().date()
    facts = {
        "version": version,
        "rows": policies_form.rows(rules, flaws, offered),
        "offered": offered,
        "flaws": [one["message"] for one in flaws],
        "note": request.POST.get("note", ""),
        "from_date": request.POST.get("from") or (today - timedelta(days=USUAL_DAYS)).isoformat(),
        "to_date": request.POST.get("to") or today.isoformat(),
        "most": USUAL_CASES,
        "most_cases": backtests.MOST_CASES,
    }
    return render(request, "console/returns/policy_edit.html", facts, status=422 if flaws else 200)
