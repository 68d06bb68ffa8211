"""How often entries proved right when another person looked: per clerk, as a whole and by field."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.kernel import moment
from steward.modules.orders.queries import field_label, verification
from steward.modules.orders.rules.verification import CRITICAL
from steward.modules.people import queries as people

PERIODS_D = (7, 30, 90, 365)
USUAL_D = "30"


@require_GET
@needs("approvals.view")
def entry_accuracy(request: StaffRequest) -> HttpResponse:
    """Show the accuracy of the last days; who does not decide approvals sees their own alone."""
    chosen = request.GET.get("days", USUAL_D)
    days = int(chosen) if chosen in {str(days) for days in PERIODS_D} else int(USUAL_D)
    now = moment.now()
    own = "" if request.actor.may("approvals.decide") else request.actor.id
    found = verification.accuracy(since=now - timedelta(days=days), until=now, worker=own)
    table: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in found:
        table[one.worker][one.field] = one
    names = people.actor_names(table)
    facts = {
        "days": days,
        "periods": [(each, each == days) for each in PERIODS_D],
        "columns": [field_label(field) for field in CRITICAL],
        "rows": sorted(
            (
                {
                    "name": names.get(worker, worker),
                    "whole": _cell(by_field.get("")),
                    "cells": [_cell(by_field.get(field)) for field in CRITICAL],
                }
                for worker, by_field in table.items()
            ),
            key=lambda row: str(row["name"]),
        ),
    }
    return render(request, "console/approvals/accuracy.html", facts)


def _cell(one: verification.Accuracy | None) -> dict[str, Any]:
    """Write one figure: percent, and of how many."""
    if one is None or one.share is None:
        return {"percent": "", "checked": 0, "wrong": 0}
    return {"percent": f"{100 * one.share:.1f}", "checked": one.checked, "wrong": one.wrong}
