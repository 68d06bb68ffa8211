"""What carriers report later: it arrived, or not; in any order, any number of times, even before their answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from steward.kernel import arrays, events, logs, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.falling_back import fall_back, stop_fallbacks
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.commands.triage import CHANGED, DELIVER, failure_of
from steward.modules.messaging.commands.writing import write_messages
from steward.modules.messaging.events import MessageDelivered
from steward.modules.messaging.models import EarlyReport, Message
from steward.modules.messaging.ports import DeliveryReport
from steward.modules.messaging.rules import outbox

LONGEST_REFERENCE, LONGEST_DETAIL = 200, 300
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
    said = {(one.carrier, one.reference): one for one in _arrivals_last([_clean(one) for one in reports])}
    if not said:
        return 0
    lock_names(one.reference for one in said.values())
    by_key = _by_key(said.values())
    told: set[tuple[str, str]] = set()
    heard: list[tuple[Message, DeliveryReport]] = []
    rows = Message.objects.select_for_update(of=("self",)).filter(id__in=_named(said.values())).order_by("id")
    for row in rows:
        if row.state == "sending":
            continue
        named = said.get((row.carrier, row.reference))
        found = {one for one in ([named] if named else []) + by_key.get(str(row.key), []) if _is_about(one, row)}
        told |= {(one.carrier, one.reference) for one in found}
        heard += [(row, one) for one in found]
    _keep([one for name, one in said.items() if name not in told], now)
    counted = _apply(actor, heard, now)
    if counted:
        events.notify_live([CHANGED])
    return counted


def hear_early(actor: Actor, rows: Sequence[Message], now: datetime) -> None:
    """Let reports count that came before the carrier's answer. The rows, and what names them, are locked.

    Emits as record_reports.
    """
    if not rows:
        return
    wanted = {
        "carriers": arrays.texts([row.carrier for row in rows]),
        "references": arrays.texts([row.reference for row in rows]),
        "keys": arrays.texts([str(row.key) for row in rows]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "take_early_reports"), wanted)
        early = [
            DeliveryReport(carrier=carrier, reference=reference, key=key, arrived=arrived, detail=detail)
            for carrier, reference, key, arrived, detail in cursor.fetchall()
        ]
    _apply(actor, [(row, one) for one in _arrivals_last(early) for row in rows if _is_about(one, row)], now)


def _clean(report: DeliveryReport) -> DeliveryReport:
    """Leave out what the database cannot hold, and a key that is none of ours: it names no message."""
    reference, key, detail = (text.replace("\0", "") for text in (report.reference, report.key, report.detail))
    try:
        key = str(UUID(key)) if key else ""
    except ValueError:
        key = ""
    return msgspec.structs.replace(
        report, reference=reference[:LONGEST_REFERENCE], key=key, detail=logs.redact_text(detail)[:LONGEST_DETAIL]
    )


def _arrivals_last(reports: Iterable[DeliveryReport]) -> list[DeliveryReport]:
    """Leave out what names nothing; of two reports on one message the arrival counts."""
    return sorted((one for one in reports if one.reference), key=lambda one: one.arrived)


def _by_key(reports: Iterable[DeliveryReport]) -> Mapping[str, list[DeliveryReport]]:
    found: dict[str, list[DeliveryReport]] = defaultdict(list)
    for one in reports:
        if one.key:
            found[one.key].append(one)
    return found


def _named(reports: Collection[DeliveryReport]) -> list[int]:
    """Find the messages that reports name, by the carrier's name or by ours."""
    wanted = {
        "carriers": arrays.texts([one.carrier for one in reports]),
        "references": arrays.texts([one.reference for one in reports]),
        "keys": arrays.texts([one.key for one in reports if one.key]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_reported"), wanted)
        return [row[0] for row in cursor.fetchall()]


def _is_about(report: DeliveryReport, row: Message) -> bool:
    """Tell whether a report counts for a message.

    Our key is the same for every attempt, the carrier's name is not: what arrived has arrived by whichever attempt, but
    that an earlier one failed says nothing of the last.
    """
    if report.carrier != row.carrier:
        return False
    if report.reference == row.reference:
        return True
    if report.key != str(row.key):
        return False
    return report.arrived or (not row.reference and report.reference not in row.past_references)


def _apply(actor: Actor, heard: Sequence[tuple[Message, DeliveryReport]], now: datetime) -> int:
    """Move locked messages as reported, where they may move; returns how many reports counted."""
    moved: dict[int, Message] = {}
    recorded: list[events.Event] = []
    for row, report in sorted(heard, key=lambda one: not one[1].arrived):
        verb: outbox.Verb = "deliver" if report.arrived else "bounce"
        if not outbox.may(row.state, verb):
            continue
        row.state = outbox.TRANSITIONS[row.state, verb]  # type: ignore[index]
        row.reference = row.reference or report.reference
        row.error, row.settled_at = report.detail, now
        moved[row.id] = row
        recorded.append(MessageDelivered(message_id=row.id) if report.arrived else failure_of(row))
    rows = list(moved.values())
    write_messages(rows)
    stop_fallbacks([row.id for row in rows if row.state == "delivered"], now)
    fall_back(rows, now)
    events.record(actor, recorded)
    return len(recorded)


def _keep(reports: Sequence[DeliveryReport], now: datetime) -> None:
    EarlyReport.objects.bulk_create(
        (
            EarlyReport(
                carrier=one.carrier,
                reference=one.reference,
                key=one.key,
                arrived=one.arrived,
                detail=one.detail,
                received_at=now,
            )
            for one in reports
        ),
        ignore_conflicts=True,
    )
