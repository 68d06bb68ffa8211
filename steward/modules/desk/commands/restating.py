"""Say what is true of a ticket: category, urgency, priority, order; declare a case special (DSK-2 to DSK-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import UNSET, Struct, UnsetType, structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.events import TicketRestated
from steward.modules.desk.models import Ticket
from steward.modules.desk.rules import tickets
from steward.modules.desk.rules.categories import is_known

NEEDS = "tickets.work"
MOST_TAGS, LONGEST_TAG = 20, 40


class UnknownCategory(errors.Refusal):
    """Refuse a category or a reason that the tree does not have."""

    code = "unknown_category"
    status = 422
    message = _("There is no category “%(category)s” with the reason “%(reason)s”.")


class Facts(Struct, frozen=True, kw_only=True):
    """What to set of a ticket; what is not named stays."""

    category: str | UnsetType = UNSET
    sub_reason: str | UnsetType = UNSET
    urgency: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    order_id: int | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET
    sorted_by: str | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Return what is named."""
        return {name: value for name, value in structs.asdict(self).items() if value is not UNSET}


def check_category(category: str, sub_reason: str, *, needed: bool = False) -> None:
    """Check that the tree has a category with this reason; none at all will do unless one is needed.

    Raises: UnknownCategory.
    """
    if (needed and not category) or not is_known(category, sub_reason):
        raise UnknownCategory(category=category, reason=sub_reason)


@command(needs=NEEDS)
def restate_tickets(actor: Actor, *, ticket_ids: Sequence[int], facts: Facts, now: datetime, reason: str = "") -> int:
    """Set facts of tickets; time limits that depend on them are counted anew. Returns how many changed.

    Raises: NotFound, BadInput, UnknownCategory. Emits: TicketRestated. Locks: tickets by id, their clocks.
    """
    given = facts.given()
    if findings := _findings(given):
        raise errors.BadInput(findings)
    rows = lock_tickets(ticket_ids)
    for row in rows.values() if {"category", "sub_reason"} & given.keys() else ():
        check_category(given.get("category", row.category), given.get("sub_reason", row.sub_reason))
    return restate(actor, dict.fromkeys(rows.values(), given), now, reason)


@command(needs="tickets.manage")
def declare_special(actor: Actor, *, ticket_id: int, special: bool, reason: str, now: datetime) -> None:
    """Declare a ticket a special case, or no longer one: other limits count, because of this reason (DSK-4).

    Raises: NotFound, ReasonNeeded. Emits: TicketRestated. Locks: the ticket, its clocks.
    """
    if not reason.strip():
        raise ReasonNeeded
    rows = lock_tickets([ticket_id])
    given = {"special": special, "special_reason": reason.strip()[:400] if special else ""}
    restate(actor, {rows[ticket_id]: given}, now, reason)


def restate(actor: Actor, facts: Mapping[Ticket, Mapping[str, Any]], at: datetime, reason: str) -> int:
    """Set facts of locked tickets and let their clocks count by them. A step of commands. Returns how many changed.

    Emits: TicketRestated.
    """
    told, changed = [], []
    for row, given in facts.items():
        new = {name: value for name, value in given.items() if getattr(row, name) != value}
        if not new:
            continue
        before = {name: _words(getattr(row, name)) for name in new}
        for name, value in new.items():
            setattr(row, name, value)
        changed.append(row)
        told.append(
            TicketRestated(
                ticket_id=row.id,
                before=before,
                after={name: _words(value) for name, value in new.items()},
                reason=reason.strip()[:400],
                simulated=row.simulated,
            )
        )
    names = sorted({name for given in facts.values() for name in given})
    if changed:
        write_rows(changed, names)
        ticket_clocks.say_again(actor, changed, at, reason.strip()[:400] or "restated")
        ticket_clocks.keep_due([row.id for row in changed])
    events.record(actor, told)
    return len(changed)


def _findings(given: Mapping[str, Any]) -> list[dict[str, str]]:
    checks = (
        ("urgency", given.get("urgency", "normal") in tickets.URGENCIES),
        ("priority", given.get("priority", "normal") in tickets.PRIORITIES),
        (
            "tags",
            len(given.get("tags", [])) <= MOST_TAGS
            and all(0 < len(tag) <= LONGEST_TAG for tag in given.get("tags", [])),
        ),
    )
    return [{"field": field, "code": "unfit", "message": ""} for field, fits in checks if not fits]


def _words(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
