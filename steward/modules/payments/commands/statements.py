"""Take a provider's statement in and compare it with the ledger; work what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, ports
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries
from steward.modules.payments.commands.working import open_gateway
from steward.modules.payments.events import DifferenceSettled, StatementCompared
from steward.modules.payments.models import Difference, Entry, Statement, StatementRow
from steward.modules.payments.ports import StatedRow, StatementReader, Unreachable
from steward.modules.payments.rules import reconciling as rules

LONGEST_DAYS = 400


class EmptyStatement(errors.Refusal):
    """Refuse a statement without a movement whose span nobody named."""

    code = "empty_statement"
    status = 422
    message = _("The statement of %(provider)s holds no movement. Check the file and its columns.")


class BadStatementFile(errors.Refusal):
    """Refuse to compare nothing: neither a file that is there nor days to fetch."""

    code = "no_statement_file"
    status = 422
    message = _("There is no file “%(file)s”. Name a statement's file, or the first and last day to fetch.")


class BadSpan(errors.Refusal):
    """Refuse a span of time that ends before it begins, or is far too long."""

    code = "bad_span"
    status = 422
    message = _("A statement begins before it ends and covers at most %(days)s days.")


class BadSettlement(errors.Refusal):
    """Refuse to settle a difference without saying how and why."""

    code = "bad_settlement"
    status = 422
    message = _("Say in a few words why, and choose one of: %(outcomes)s.")


def read_statement(provider: str, path: Path) -> list[StatedRow]:
    """Read a statement's file with the provider's columns. Raises: NotFound, UnreadableStatement."""
    reader: StatementReader = ports.bound("payments.statement_file")
    return list(reader(path, queries.get_provider(provider).statement_mapping))


def fetch_statement(provider: str, *, starts_at: datetime, ends_at: datetime) -> list[StatedRow]:
    """Fetch a statement from the provider, outside any transaction. Raises: NotFound, BadSpan, Unreachable."""
    queries.get_provider(provider)
    if not starts_at < ends_at <= starts_at + timedelta(days=LONGEST_DAYS):
        raise BadSpan(days=LONGEST_DAYS)
    gateway = open_gateway(provider)
    if gateway is None:
        raise Unreachable(why="provider_not_connected")
    return list(gateway.statement(starts_at, ends_at))


@command(needs="payments.reconcile")
def import_statement(
    actor: Actor,
    *,
    provider: str,
    rows: Sequence[StatedRow],
    name: str,
    now: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> int:
    """Keep a statement and compare it with the ledger; the same content again is the same statement, compared anew.

    Without a span it covers its own first to last movement. Returns its id.
    Raises: NotFound, EmptyStatement, BadSpan. Emits: StatementCompared. Source: RET-4.
    """
    known = queries.get_provider(provider)
    if not rows and (starts_at is None or ends_at is None):
        raise EmptyStatement(provider=provider)
    starts_at = starts_at or min(row.happened_at for row in rows)
    ends_at = ends_at or max(row.happened_at for row in rows) + timedelta(seconds=1)
    if ends_at <= starts_at:
        raise BadSpan(days=LONGEST_DAYS)
    content = msgspec.json.encode([starts_at.isoformat(), ends_at.isoformat(), *rows])
    statement, created = Statement.objects.get_or_create(
        provider_id=known.id,
        digest=hashlib.sha256(content).digest(),
        defaults={
            "file_name": name[:200],
            "starts_at": starts_at,
            "ends_at": ends_at,
            "row_count": len(rows),
            "imported_by": actor.id,
        },
    )
    if created:
        StatementRow.objects.bulk_create(
            (
                StatementRow(statement=statement, position=position, **msgspec.structs.asdict(row))
                for position, row in enumerate(rows, start=1)
            ),
            batch_size=1_000,
        )
    _compare(actor, statement, known.code, now)
    return statement.id


@command(needs="payments.reconcile")
def compare_statement(actor: Actor, *, statement_id: int, now: datetime) -> None:
    """Compare a statement with the ledger again: differences that are gone end by themselves.

    Raises: NotFound. Emits: StatementCompared.
    """
    statement = Statement.objects.select_for_update(of=("self",)).select_related("provider").filter(id=statement_id)
    found = statement.first()
    if found is None:
        raise errors.NotFound(key=statement_id)
    _compare(actor, found, found.provider.code, now)


@command(needs="payments.reconcile")
def settle_difference(actor: Actor, *, difference_id: int, outcome: str, reason: str, now: datetime) -> None:
    """Note how a difference was worked, and why. Raises: NotFound, BadSettlement, Stale. Emits: DifferenceSettled."""
    if outcome not in rules.ASKED_FOR or not reason.strip():
        raise BadSettlement(outcomes=", ".join(rules.ASKED_FOR))
    found = Difference.objects.filter(id=difference_id)
    changes = {"outcome": outcome, "reason": reason.strip()[:200], "settled_by": actor.id, "settled_at": now}
    if not found.filter(outcome="").update(**changes):
        raise errors.Stale if found.exists() else errors.NotFound(key=difference_id)
    log.record(actor, [DifferenceSettled(difference_id=difference_id, outcome=outcome, reason=reason.strip()[:200])])


def _compare(actor: Actor, statement: Statement, provider: str, now: datetime) -> None:
    """Find the differences of one statement: write new ones, end those that are gone. Emits: StatementCompared."""
    stated = [
        rules.Movement(*row)
        for row in statement.rows.order_by("position").values_list(
            "direction", "transaction", "amount_minor", "currency"
        )
    ]
    within = Q(happened_at__gte=statement.starts_at, happened_at__lt=statement.ends_at)
    named = Q(transaction__in=list({row.transaction for row in stated}))
    entries = Entry.objects.filter(within | named, provider=provider, simulated=False, origin=None)
    fields = ("direction", "transaction", "amount_minor", "currency", "id", "order_id", "happened_at")
    rows = list(entries.values_list(*fields))
    ours = [rules.Movement(*row[:6]) for row in rows]
    due = {(row[0], row[1]) for row in rows if statement.starts_at <= row[6] < statement.ends_at}
    result = rules.compare(stated, ours, due - _stated_elsewhere(statement, due))
    _write(statement, result, now)
    statement.matched_count, statement.compared_at = result.matched, now
    statement.save(update_fields=["matched_count", "compared_at"])
    compared = StatementCompared(
        statement_id=statement.id, provider=provider, matched=result.matched, differences=len(result.differences)
    )
    log.record(actor, [compared])


def _stated_elsewhere(statement: Statement, due: Collection[rules.Key]) -> set[rules.Key]:
    """Find which movements another statement of the provider names: banks book at midnight, we at the second."""
    others = StatementRow.objects.filter(
        statement__provider_id=statement.provider_id, transaction__in=[transaction for _direction, transaction in due]
    ).exclude(statement=statement)
    return set(others.values_list("direction", "transaction"))


def _write(statement: Statement, result: rules.Comparison, now: datetime) -> None:
    found = {one.key: one for one in result.differences}
    known = {(row.kind, row.direction, row.transaction): row for row in statement.differences.all()}
    Difference.objects.bulk_create(
        [_difference(statement, one, now) for key, one in found.items() if key not in known], batch_size=1_000
    )
    gone = [row.id for key, row in known.items() if key not in found and row.outcome == ""]
    Difference.objects.filter(id__in=gone, outcome="").update(outcome="vanished", settled_at=now)
    back = [row.id for key, row in known.items() if key in found and row.outcome == "vanished"]
    Difference.objects.filter(id__in=back).update(outcome="", settled_at=None)


def _difference(statement: Statement, one: rules.Found, now: datetime) -> Difference:
    kind, direction, transaction = one.key
    return Difference(
        statement=statement,
        kind=kind,
        direction=direction,
        transaction=transaction,
        stated_minor=one.stated.amount_minor if one.stated else None,
        stated_currency=one.stated.currency if one.stated else "",
        entry_id=one.ours.entry_id if one.ours else None,
        ours_minor=one.ours.amount_minor if one.ours else None,
        ours_currency=one.ours.currency if one.ours else "",
        order_id=one.ours.order_id if one.ours else None,
        found_at=now,
    )
