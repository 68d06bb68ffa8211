"""Set what tickets are about and how urgent they are, by the model or by a person (DSK-2, DSK-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.restating import check_category, restate
from steward.modules.desk.models import CategoryCorrection, ClassifierVersion, Ticket, TicketVerdict
from steward.modules.desk.queries import classifier as reading
from steward.modules.desk.rules.categories import urgency_of
from steward.modules.desk.rules.classifying import deciding
from steward.modules.desk.rules.classifying.deciding import Limits, Verdict

CATEGORY_SHARE = parameters.define(
    "desk.classifier_category_share",
    deciding.FIRST.category_share,
    unit="share",
    label=_("From which probability a ticket's category is set without a person; below it is proposed"),
    minimum=0.0,
    maximum=1.0,
    kind="number",
)
REASON_SHARE = parameters.define(
    "desk.classifier_reason_share",
    deciding.FIRST.reason_share,
    unit="share",
    label=_("From which probability the reason is set with the category"),
    minimum=0.0,
    maximum=1.0,
    kind="number",
)


def limits() -> Limits:
    """Read from which probability the model decides alone."""
    return Limits(parameters.value(CATEGORY_SHARE), parameters.value(REASON_SHARE))


def classify_tickets(actor: Actor, *, ticket_ids: Sequence[int], now: datetime) -> int:
    """Ask the model about tickets, then set what it is sure of and propose the rest; for workers, many at once.

    Judging happens outside any transaction. Returns of how many something was said; 0 where there is no model yet.
    """
    version, verdicts, texts = reading.judge_tickets(sorted(set(ticket_ids)))
    return note_verdicts(actor, version=version, verdicts=verdicts, texts=texts, now=now) if verdicts else 0


@command(needs="desk.classify")
def note_verdicts(
    actor: Actor, *, version: int, verdicts: Mapping[int, Verdict], texts: Mapping[int, str], now: datetime
) -> int:
    """Keep what the model said; where nobody has said what a ticket is about and it is sure, set it, and the urgency.

    Raises: NotFound. Emits: TicketRestated. Locks: tickets by id, their clocks.
    """
    row = ClassifierVersion.objects.only("id").get(number=version)
    bounds = limits()
    tickets = lock_tickets(verdicts)
    facts: dict[Ticket, dict[str, Any]] = {}
    notes = []
    for ticket_id, verdict in verdicts.items():
        ticket = tickets[ticket_id]
        alone = deciding.decides_alone(verdict, bounds)
        if ticket.sorted_by != "person":
            facts[ticket] = _facts(ticket, verdict, bounds, texts.get(ticket_id, ""))
        notes.append(_note(ticket_id, row.id, verdict, alone=alone, now=now))
    TicketVerdict.objects.bulk_create(
        notes,
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=[
            "version", "category", "sub_reason", "probability", "reason_probability", "alone", "others", "at",
        ],
    )  # fmt: skip
    restate(actor, {ticket: given for ticket, given in facts.items() if given}, now, "classified")
    return len(notes)


def _facts(ticket: Ticket, verdict: Verdict, bounds: Limits, text: str) -> dict[str, Any]:
    """Say what the model sets; words of loss make a ticket urgent even where its category is only proposed."""
    given: dict[str, Any] = {}
    sure = deciding.reason_is_sure(verdict, bounds)
    if deciding.decides_alone(verdict, bounds):
        given = {
            "category": verdict.category,
            "sub_reason": verdict.sub_reason if sure else "",
            "sorted_by": "model",
        }
    if urgency_of(verdict.category, verdict.sub_reason if sure else "", text) == "urgent":
        given["urgency"] = "urgent"
    return given


def _note(ticket_id: int, version_id: int, verdict: Verdict, *, alone: bool, now: datetime) -> TicketVerdict:
    return TicketVerdict(
        ticket_id=ticket_id,
        version_id=version_id,
        category=verdict.category,
        sub_reason=verdict.sub_reason,
        probability=verdict.probability,
        reason_probability=min(verdict.reason_probability, 1.0),
        alone=alone,
        others=[list(other) for other in verdict.others],
        at=now,
    )


@command(needs="tickets.work")
def correct_category(
    actor: Actor, *, ticket_id: int, category: str, sub_reason: str = "", urgency: str | None = None, now: datetime
) -> None:
    """Say what a ticket is about; the model learns from it. The urgency follows the reason unless it is given.

    Saying what the model said already confirms it, which is learnt from as well.
    Raises: NotFound, UnknownCategory. Emits: TicketRestated. Locks: the ticket, its clocks.
    """
    check_category(category, sub_reason, needed=True)
    ticket = lock_tickets([ticket_id])[ticket_id]
    CategoryCorrection.objects.create(
        ticket=ticket,
        from_category=ticket.category,
        from_reason=ticket.sub_reason,
        to_category=category,
        to_reason=sub_reason,
        by=actor.id,
        at=now,
    )
    words = "".join(one.text for one in reading.first_words([ticket_id]))
    given = {
        "category": category,
        "sub_reason": sub_reason,
        "sorted_by": "person",
        "urgency": urgency if urgency in ("normal", "urgent") else urgency_of(category, sub_reason, words),
    }
    restate(actor, {ticket: given}, now, "corrected")
