"""Let another person agree to what was found, follow what they said, or call a stocktake off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, lifecycles, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.commands import Ask, Asked, ask_approvals, withdraw_approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands.stocktake_planning import announce, lock_stocktake, move_stocktake
from steward.modules.inventory.models import Stocktake, StocktakeCount, StocktakeLine, StocktakeSheet, Warehouse
from steward.modules.inventory.queries import thresholds
from steward.modules.inventory.queries.stocktake_lines import CountedLine, counted_lines, differing_lines
from steward.modules.inventory.rules import stocktaking as rules
from steward.modules.people import queries as people

KIND = "stocktake"
SUBJECT = "stocktake"
REASON_LENGTH = 300


class RecountMissing(errors.Refusal):
    """Refuse to ask about differences that one person alone has counted."""

    code = "recount_missing"
    message = _("%(lines)s differences were counted by one person only. Let somebody else count them again first.")


class StocktakeReasonMissing(errors.Refusal):
    """Refuse to call a stocktake off without saying why."""

    code = "reason_missing"
    status = 422
    message = _("Say in a few words why the count is called off.")


@command(needs="stock.stocktake")
def submit_stocktake(actor: Actor, *, number: str, now: datetime) -> str:
    """Ask another person to agree to the differences, by their value; without any the stocktake goes on by itself.

    The value is that of all differences regardless of their sign, at the prices when the stocktake was planned. What
    the same person submitted of the same warehouse within some days counts with it, so slices do not help. Nobody who
    counted any of it decides, nor who asks; who else, and how many, is a policy (kind `stocktake`). Returns the state
    after it. Raises: NotFound, NotPossible, RecountMissing. Emits: ApprovalAsked, StocktakeMoved. Locks: the stocktake,
    then its warehouse, so that two slices see each other. Source: INV-5.
    """
    row = lock_stocktake(number)
    lifecycles.reached(rules.TRANSITIONS, row.state, "ask")
    lines = differing_lines(counted_lines(row.id))
    missing = sum(line.must_recount for line in lines)
    if missing:
        raise RecountMissing(lines=missing)
    Warehouse.objects.select_for_update(no_key=True).get(id=row.warehouse_id)
    person = people.person_behind(actor.id)
    asked = _ask(actor, row, lines, _submitted_lately(row, person, now), now) if lines else Asked("not_needed")
    verb = "pass" if asked.outcome == "not_needed" else "ask"
    currency, off_minor = value_of(lines)
    move_stocktake(
        row,
        verb,
        approval_id=asked.approval_id or None,
        off_minor=off_minor,
        currency=currency,
        submitted_at=now,
        submitted_by=person,
    )
    announce(actor, row, verb)
    return row.state


def value_of(lines: Sequence[CountedLine]) -> tuple[str, int]:
    """Add up differences regardless of their sign: currency, minor units of it.

    Where the goods' prices are in several currencies nothing adds up: no currency and 0, for which the strictest limit
    stands.
    """
    by_currency: dict[str, int] = defaultdict(int)
    for line in lines:
        by_currency[line.currency] += abs(line.difference_minor)
    return next(iter(by_currency.items())) if len(by_currency) == 1 else ("", 0)


def _submitted_lately(row: Stocktake, person: str, now: datetime) -> dict[str, int]:
    """Sum the differences a person submitted of the same warehouse lately, by currency. Units: minor units."""
    since = now - timedelta(days=parameters.value(thresholds.STOCKTAKE_SLICES_DAYS))
    rows = Stocktake.objects.filter(
        warehouse_id=row.warehouse_id, state__in=rules.SUBMITTED, submitted_by=person, submitted_at__gt=since
    ).exclude(currency="", off_minor=0, approval=None)
    return dict(rows.exclude(id=row.id).order_by("currency").values_list("currency").annotate(Sum("off_minor")))


def _ask(
    actor: Actor, row: Stocktake, lines: Sequence[CountedLine], earlier: Mapping[str, int], now: datetime
) -> Asked:
    currency, off_minor = value_of(lines)
    earlier_minor = earlier.get(currency, 0)
    counted = StocktakeCount.objects.filter(line__stocktake=row).exclude(counted_by="")
    hands = sorted(set(counted.values_list("counted_by", flat=True)))
    facts: dict[str, object] = {
        "warehouse": row.warehouse.name,
        "lines_off": len(lines),
        "pieces_found": sum(max(0, line.difference) for line in lines),
        "pieces_missing": sum(max(0, -line.difference) for line in lines),
    }
    if earlier_minor:
        facts["off_before_minor"] = earlier_minor
    ask = Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=row.id,
        number=row.number,
        involved=tuple(hands),
        amount_minor=off_minor,
        earlier_minor=earlier_minor,
        strictest=bool(earlier.keys() - {currency}),
        currency=currency,
        facts=facts,
        reason=row.note,
    )
    return ask_approvals(actor, asks=[ask], now=now)[0]


@command(needs="stock.stocktake")
def cancel_stocktake(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Call a stocktake off before anything of it is booked; what was counted stays to be read.

    Raises: NotFound, NotPossible, StocktakeReasonMissing. Emits: StocktakeMoved, ApprovalSettled. Locks: the stocktake,
    then its sheets, then the approval.
    """
    words = reason.strip()[:REASON_LENGTH]
    row = lock_stocktake(number)
    lifecycles.reached(rules.TRANSITIONS, row.state, "cancel")
    if not words:
        raise StocktakeReasonMissing
    sheets = StocktakeSheet.objects.filter(stocktake=row, state__in=rules.SHEET_OPEN)
    list(sheets.select_for_update(no_key=True).order_by("id").values_list("id"))
    sheets.update(state="cancelled")
    StocktakeLine.objects.filter(stocktake=row).update(is_live=False)
    move_stocktake(row, "cancel", ended_at=now, reason=words)
    withdraw_approvals(actor, kind=KIND, subject_kind=SUBJECT, subject_ids=[row.id], reason=words, now=now)
    announce(actor, row, "cancel", reason=words)


@command(needs="stock.book_counts")
def follow_approvals(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Let stocktakes be booked, or be compared again, as the other person said.

    Only one that still waits for this very approval moves, so a second run changes nothing. Returns how many moved.
    Emits: StocktakeMoved. Locks: the stocktakes, in id order.
    """
    outcomes = {one.approval_id: one for one in settled if one.kind == KIND and one.outcome in rules.OUTCOMES}
    waiting = Stocktake.objects.filter(approval_id__in=list(outcomes), state="awaiting_approval")
    rows = list(waiting.select_for_update(no_key=True).order_by("id"))
    for row in rows:
        said = outcomes[row.approval_id or 0]
        verb = rules.OUTCOMES[said.outcome]
        move_stocktake(row, verb, reason=said.reason[:REASON_LENGTH])
        announce(actor, row, verb, reason=said.reason)
    return len(rows)
