"""The list of compensations with its queues, and the page of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.modules.payments.queries import wallets
from steward.modules.people import queries as people
from steward.modules.returns.queries import compensations as queries
from steward.modules.returns.queries import goodwill_words as words

PAGE = 50
VIEW = "returns.view"
QUEUES: dict[str, Any] = {
    "": pgettext_lazy("compensation", "All"),
    "waiting": pgettext_lazy("compensation", "To decide"),
    "to_give": pgettext_lazy("compensation", "To hand over"),
    "given": pgettext_lazy("compensation", "Given"),
    "not_given": pgettext_lazy("compensation", "Not given"),
}


@require_GET
@needs(VIEW)
def compensations(request: StaffRequest) -> HttpResponse:
    """Show compensations, newest first, narrowed by queue, kind, reason, signs and text."""
    queue = request.GET.get("queue", "") if request.GET.get("queue", "") in QUEUES else ""
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in words.KINDS else ""
    signs, reason = request.GET.get("signs", "") == "1", request.GET.get("reason", "")[:40]
    text, shops = request.GET.get("q", "").strip()[:80], request.actor.scopes
    filters = queries.Filters(queue=queue, kind=kind, reason=reason, text=text, shops=shops, signs_only=signs)
    rows = queries.compensations_page(filters, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    counts = queries.queue_counts(shops=shops)
    kept = {"queue": queue, "kind": kind, "reason": reason, "q": text, "signs": "1" if signs else ""}
    shown = rows[:PAGE]
    names = people.actor_names({row.proposed_by for row in shown})
    facts = {
        "rows": [(row, names.get(row.proposed_by, row.proposed_by)) for row in shown],
        "chips": [(code, label, code == queue, counts.get(code, 0)) for code, label in QUEUES.items()],
        "kinds": list(words.KINDS.items()),
        "tree": queries.reason_tree(queries.compensation_reasons()),
        "kept": kept,
        "older_url": "?" + urlencode(kept | {"after": str(shown[-1].id)}) if len(rows) > PAGE else "",
        "tab": "list",
    }
    return render(request, "console/compensations/list.html", facts)


@require_GET
@needs(VIEW)
def compensation(request: StaffRequest, number: str) -> HttpResponse:
    """Show one compensation: what, why, about what, who proposed and decided it, and what became of it."""
    row = queries.compensation(number, shops=request.actor.scopes)
    names = people.actor_names({row.proposed_by})
    coupon = wallets.coupons_by_id([row.coupon_id]).get(row.coupon_id) if row.coupon_id else None
    behind = people.persons_behind([request.actor.id, row.proposed_by])
    is_own = behind[request.actor.id] == behind[row.proposed_by]
    facts = {
        "row": row,
        "proposed_by": names.get(row.proposed_by, row.proposed_by),
        "coupon": coupon,
        "steps": _steps(request, row, is_own=is_own),
    }
    return render(request, "console/compensations/compensation.html", facts)


def _steps(request: StaffRequest, row: queries.CompensationRow, *, is_own: bool) -> list[tuple[str, str, str]]:
    """List what can be done now: code, label, and why it cannot."""
    why = "" if request.actor.may("returns.compensate") else _("You need the permission to propose compensations.")
    steps = []
    if row.state == "proposed":
        steps.append(("withdraw", _("Take back"), why))
    if row.by_person:
        own = _("You asked for it, so somebody else hands it over.") if is_own else ""
        steps.append(("hand_over", _("Note that it was handed over"), why or own))
    return steps
