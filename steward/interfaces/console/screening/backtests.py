"""Back-tests: try a rule set on past orders and read what it would have caught, missed and cost."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.orders.commands import screening_backtests as commands
from steward.modules.orders.queries import screening_rules, screening_words
from steward.modules.people import queries as people

CHANGE = "orders.screening_rules"
USUAL_DAYS = 90
MOST_BYTES = 20_000_000
NUMBER = re.compile(r"[^\s,;\"'\t]+")


class LabelsTooBig(errors.Refusal):
    """Refuse a label file that is too big to be one."""

    code = "labels_too_big"
    status = 413
    message = _("The label file is too big; it needs just the numbers of the bad orders.")


@require_GET
@needs("orders.view")
def backtests(request: StaffRequest) -> HttpResponse:
    """Show the back-tests made so far, and start one."""
    rows = screening_rules.backtests()
    today = moment.now().date()
    facts = {
        "rows": rows,
        "names": people.actor_names({row.requested_by for row in rows}),
        "versions": screening_rules.rule_sets(),
        "chosen": request.GET.get("version", str(screening_rules.rule_set().version)),
        "bad": screening_words.BAD.items(),
        "from_date": (today - timedelta(days=USUAL_DAYS)).isoformat(),
        "to_date": today.isoformat(),
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/screening/backtests.html", facts)


@require_POST
@needs(CHANGE)
def backtest_start(request: StaffRequest) -> HttpResponse:
    """Ask for a back-test; a worker runs it."""
    upload = request.FILES.get("labels")
    if upload is not None and (upload.size or 0) > MOST_BYTES:
        raise LabelsTooBig
    text = upload.read().decode("utf-8-sig", "replace") if upload is not None else ""
    id_ = commands.request_backtest(
        request.actor,
        version=int(request.POST.get("version") or 0),
        from_date=_day(request.POST.get("from", "")),
        to_date=_day(request.POST.get("to", "")),
        bad=[*request.POST.getlist("bad"), *(["labels"] if upload is not None else [])],
        label_numbers=NUMBER.findall(text),
        label_file=str(upload.name or "") if upload is not None else "",
    )
    return say(request, _("The back-test runs in the background."), to=reverse("backtest", args=[id_]))


def _day(typed: str) -> date:
    """Read a day. Raises: BadPeriod."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise commands.BadPeriod from None


@require_GET
@needs("orders.view")
def backtest(request: StaffRequest, backtest_id: int) -> HttpResponse:
    """Show one back-test: how far it is, or what came out."""
    row = screening_rules.backtest(backtest_id)
    result = row.result
    facts = {
        "row": row,
        "result": result,
        "requested_by": people.actor_names({row.requested_by}).get(row.requested_by, row.requested_by),
        "missed": list(result.at.missed_minor.items()) if result else [],
        "is_open": row.state in ("waiting", "running"),
    }
    return render(request, "console/screening/backtest.html", facts)
