"""Reconciliation: statements of providers, what differs from the ledger, and how it was worked."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands, queries
from steward.modules.payments.ports import StatedRow
from steward.modules.payments.queries import words
from steward.modules.payments.rules import reconciling as rules
from steward.modules.people import queries as people

PAGE = 50
LARGEST_BYTES = 32 * 1024 * 1024


@require_GET
@needs("payments.view")
def statements(request: StaffRequest) -> HttpResponse:
    """Show the open differences of all statements, and the statements."""
    rows = queries.statements(before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    names = people.actor_names({row.imported_by for row in rows})
    facts = {
        "rows": [(row, names.get(row.imported_by, row.imported_by)) for row in rows[:PAGE]],
        "differences": _shown(queries.differences(only_open=True, limit=PAGE)),
        "outcomes": [(code, words.word(words.DIFFERENCE_OUTCOMES, code)) for code in rules.ASKED_FOR],
        "providers": queries.providers(),
        "names": queries.provider_names(),
        "may_work": request.actor.may("payments.reconcile"),
        "older_url": f"?after={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
    }
    return render(request, "console/payments/statements.html", facts)


@require_GET
@needs("payments.view")
def statement(request: StaffRequest, statement_id: int) -> HttpResponse:
    """Show one statement and every difference it has or had."""
    one = queries.statement(statement_id)
    rows = queries.differences(
        statement_id=statement_id, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1
    )
    names = people.actor_names({row.settled_by for row in rows} | {one.imported_by} - {""})
    facts = {
        "statement": one,
        "imported_by": names.get(one.imported_by, one.imported_by),
        "differences": _shown(rows[:PAGE], names),
        "outcomes": [(code, words.word(words.DIFFERENCE_OUTCOMES, code)) for code in rules.ASKED_FOR],
        "names": queries.provider_names(),
        "may_work": request.actor.may("payments.reconcile"),
        "older_url": f"?after={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
    }
    return render(request, "console/payments/statement.html", facts)


def _shown(rows: list[queries.DifferenceView], names: dict[str, str] | None = None) -> list[dict[str, object]]:
    orders = {one.order_id: one.number for one in facts_of(row.order_id for row in rows if row.order_id)}
    return [
        {
            "row": row,
            "kind": words.word(words.DIFFERENCE_KINDS, row.kind),
            "outcome": words.word(words.DIFFERENCE_OUTCOMES, row.outcome) if row.outcome else "",
            "answer": words.word(words.ANSWERS, row.answer) if row.answer else "",
            "order": orders.get(row.order_id or 0, ""),
            "settled_by": (names or {}).get(row.settled_by, row.settled_by),
        }
        for row in rows
    ]


@require_POST
@needs("payments.reconcile")
def statement_import(request: StaffRequest) -> HttpResponse:
    """Take a statement's file in, or fetch the statement of some days from the provider."""
    provider, file = request.POST.get("provider", ""), request.FILES.get("file")
    span = _span(request)
    if isinstance(file, UploadedFile):
        if (file.size or 0) > LARGEST_BYTES:
            return say(request, _("The file is bigger than 32 MB; send it by month."), tone="warning")
        rows, name = _rows_of(provider, file), file.name or ""
    elif span:
        rows = commands.fetch_statement(provider, starts_at=span[0], ends_at=span[1])
        name = f"{request.POST.get('from', '')} – {request.POST.get('to', '')}"
    else:
        return say(request, _("Choose a file, or the first and last day to fetch."), tone="warning")
    id_ = commands.import_statement(
        request.actor,
        provider=provider,
        rows=rows,
        name=name,
        now=moment.now(),
        starts_at=span[0] if span else None,
        ends_at=span[1] if span else None,
    )
    found = queries.statement(id_)
    text = _("%(matched)s movements agree, %(open)s differences are open.")
    facts = {"matched": found.matched_count, "open": found.open_count}
    return say(request, text % facts, to=reverse("statement", args=[id_]))


def _rows_of(provider: str, file: UploadedFile[bytes]) -> list[StatedRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name or "statement.csv").name[:80] or "statement.csv")
        path.write_bytes(file.read())
        return commands.read_statement(provider, path)


def _span(request: StaffRequest) -> tuple[datetime, datetime] | None:
    """Read the first and last day as the reader's days; nothing where one is missing or no day."""
    try:
        first, last = (date.fromisoformat(request.POST.get(name, "")) for name in ("from", "to"))
        zone = timezone.get_current_timezone()
        return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError):
        return None


@require_POST
@needs("payments.reconcile")
def statement_compare(request: StaffRequest, statement_id: int) -> HttpResponse:
    """Compare a statement with the ledger again."""
    commands.compare_statement(request.actor, statement_id=statement_id, now=moment.now())
    return say(request, _("Compared again."), to=reverse("statement", args=[statement_id]))


@require_POST
@needs("payments.reconcile")
def difference_settle(request: StaffRequest, difference_id: int) -> HttpResponse:
    """Note how a difference was worked."""
    commands.settle_difference(
        request.actor,
        difference_id=difference_id,
        outcome=request.POST.get("outcome", ""),
        reason=request.POST.get("reason", "").strip()[:200],
        now=moment.now(),
    )
    return say(request, _("The difference is settled."))
