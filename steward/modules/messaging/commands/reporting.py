"""What carriers report later: it arrived, or not; in any order, any number of times, even before their answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from steward.kernel import arrays, events, logs
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.falling_back import fall_back, stop_fallback
from steward.modules.messaging.commands.triage import CHANGED, DELIVER, failure_of
from steward.modules.messaging.events import MessageDelivered
from steward.modules.messaging.models import EarlyReport, Message
from steward.modules.messaging.ports import DeliveryReport
from steward.modules.messaging.rules import outbox

LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('messaging.report ' || name, 0))
FROM (SELECT DISTINCT name FROM unnest(%s::text[]) AS name ORDER BY name) AS wanted
"""


def lock_names(names: Iterable[str]) -> None:
    """Let one process at a time deal with what reports call messages by, until the transaction ends.

    Without it an answer and its report, each not seeing the other yet, would miss each other. Locks: names, in order.
    """
    wanted = sorted({name for name in names if name})
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [arrays.texts(wanted)])


@command(needs=DELIVER)
def record_reports(actor: Actor, *, reports: Sequence[DeliveryReport], now: datetime) -> int:
    """Record what carriers report. What is said twice changes nothing, and what arrived never goes back.

    A report about a message whose carrier has not answered yet is kept until it has. Returns how many counted.
    Emits: MessageDelivered, MessageFailed. Locks: the names in the reports, then the messages, in id order.
    """
    said = {(one.carrier, one.reference): one for one in _arrivals_last(reports)}
    lock_names(one.reference for one in said.values())
    named = Q(reference__in=[reference for _carrier, reference in said])
    keyed = Q(key__in=[one.key for one in said.values() if one.key])
    rows = Message.objects.select_for_update(of=("self",)).filter(named | keyed).order_by("id")
    told: set[tuple[str, str]] = set()
    recorded: list[events.Event] = []
    for row in rows:
        found = [one for one in said.values() if _is_about(one, row)]
        if not found or row.state == "sending":
            continue
        told |= {(one.carrier, one.reference) for one in found}
        for one in found:
            recorded += _apply(row, one, now)
    _keep([one for key, one in said.items() if key not in told], now)
    events.record(actor, recorded)
    if recorded:
        events.notify_live([CHANGED])
    return len(recorded)


def hear_early(actor: Actor, row: Message, now: datetime) -> None:
    """Let reports count that came before the carrier's answer. The names are locked. Emits as record_reports."""
    by_name = Q(reference=row.reference) if row.reference else Q(pk__in=[])
    early = EarlyReport.objects.filter(by_name | Q(key=str(row.key)), carrier=row.carrier).order_by("arrived", "id")
    recorded: list[events.Event] = []
    for report in early:
        told = DeliveryReport(
            carrier=report.carrier, reference=report.reference, arrived=report.arrived, detail=report.detail
        )
        recorded += _apply(row, told, now)
    early.delete()
    events.record(actor, recorded)


def _arrivals_last(reports: Sequence[DeliveryReport]) -> list[DeliveryReport]:
    """Leave out what names nothing; of two reports on one message the arrival counts."""
    return sorted((one for one in reports if one.reference), key=lambda one: one.arrived)


def _is_about(report: DeliveryReport, row: Message) -> bool:
    same = report.reference == row.reference or (report.key != "" and report.key == str(row.key))
    return same and report.carrier == row.carrier


def _apply(row: Message, report: DeliveryReport, now: datetime) -> list[events.Event]:
    """Move one locked message as reported, where it may move; return what is announced."""
    verb: outbox.Verb = "deliver" if report.arrived else "bounce"
    if not outbox.may(row.state, verb):
        return []
    row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
    row.reference = row.reference or report.reference[:200]
    row.error = logs.redact_text(report.detail)[:300]
    row.settled_at = now
    row.save(update_fields=["state", "reference", "error", "settled_at"])
    if report.arrived:
        stop_fallback(row, now)
        return [MessageDelivered(message_id=row.id)]
    fall_back([row], now)
    return [failure_of(row)]


def _keep(reports: Sequence[DeliveryReport], now: datetime) -> None:
    EarlyReport.objects.bulk_create(
        (
            EarlyReport(
                carrier=one.carrier,
                reference=one.reference[:200],
                key=one.key[:40],
                arrived=one.arrived,
                detail=logs.redact_text(one.detail)[:300],
                received_at=now,
            )
            for one in reports
        ),
        ignore_conflicts=True,
    )
