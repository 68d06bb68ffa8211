"""Quote a repair outside its warranty, and take the customer's answer once; nothing is done before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.returns.commands.repairing_charges import charge
from steward.modules.returns.commands.repairing_goods import release_parts, set_parts_aside
from steward.modules.returns.commands.repairing_moving import locked_repair, move_repair
from steward.modules.returns.commands.repairing_telling import tell_quoted
from steward.modules.returns.events import RepairQuoteAnswered, RepairQuoted
from steward.modules.returns.models import Case, Repair, RepairPart, RepairQuote
from steward.modules.returns.rules import repair as rules

QUOTE_DAYS = parameters.define(
    "returns.repair_quote_days",
    7,
    unit="days",
    label=_("A customer may agree to the quote of a repair for so many days"),
    minimum=1,
    maximum=90,
)
LABOUR_PRICE = parameters.define(
    "returns.labour_price_minor_per_h",
    {"CNY": 12_000},
    unit="",
    kind="amounts",
    label=_("What a customer pays for an hour of a technician outside the warranty"),
)
MOST_MINOR = 10**9
AT_ONCE = 200


class UnfitQuote(errors.Refusal):
    """Refuse a quote that costs nothing or too much, or for what the warranty covers."""

    code = "unfit_repair_quote"
    status = 422
    message = _("Quote what the warranty does not cover: minutes of work, parts, other lines; together above 0.")


class QuoteOver(errors.Refusal):
    """Refuse an answer to a quote that was answered, withdrawn, or whose time is over."""

    code = "quote_over"
    message = _(
        "This quote was answered already, was replaced, or its time is over. Write to us if you want another one."
    )


class ExtraLine(Struct, frozen=True):
    """Something else a repair costs, in words. Units: minor units."""

    what: str
    amount_minor: int


@command(needs="returns.repair")
def quote_repair(
    actor: Actor,
    *,
    repair_id: int,
    minutes: int,
    extras: Sequence[ExtraLine] = (),
    note: str = "",
    days: int | None = None,
    now: datetime,
) -> int:
    """Tell the customer what a repair would cost: work, parts, and what else; they answer by a link or signed in.

    Its limit stands still until they do. An earlier quote that was declined stays as it was. Returns its id. Units:
    minutes, days. Raises: NotFound, NotPossible, UnfitQuote. Emits: RepairMoved, RepairQuoted. Locks: the case, the
    repair.
    """
    row, case = locked_repair(actor, repair_id)
    rules.next_state(row.state, "quote")
    lines = quote_lines(row, minutes, extras)
    total = sum(one["amount_minor"] for one in lines)
    days = int(parameters.value(QUOTE_DAYS)) if days is None else days
    if row.coverage == "in" or not 0 < total <= MOST_MINOR or not 0 < days <= 90:
        raise UnfitQuote
    quote = RepairQuote.objects.create(
        repair=row, lines=lines, total_minor=total, currency=row.currency, note=note.strip()[:400], made_at=now,
        made_by=actor.id, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    move_repair(actor, row, case, "quote", now)
    told = RepairQuoted(
        repair_id=row.id,
        number=row.number,
        case_id=case.id,
        order_id=row.order_id,
        ticket_id=case.ticket_id,
        quote_id=quote.id,
        total_minor=total,
        currency=quote.currency,
        expires_at=quote.expires_at,
        simulated=row.simulated,
    )
    events.record(actor, [told])
    tell_quoted(actor, row, case, quote, now)
    return quote.id


def quote_lines(row: Repair, minutes: int, extras: Sequence[ExtraLine]) -> list[dict[str, Any]]:
    """Write the lines of a quote: work, each part, what else. Raises: UnfitQuote. Units: minutes; minor units."""
    per_hour = int(parameters.value(LABOUR_PRICE).get(row.currency, 0))
    if not 0 <= minutes <= 24 * 60 or any(not one.what.strip() or one.amount_minor < 0 for one in extras):
        raise UnfitQuote
    lines: list[dict[str, Any]] = []
    if minutes:
        lines.append({"kind": "labour", "quantity": minutes, "amount_minor": rules.labour_minor(minutes, per_hour)})
    for part in RepairPart.objects.filter(repair=row, state="wanted").select_related("item").order_by("id"):
        names = {"zh": part.item.name_zh, "en": part.item.name_en or part.item.name_zh}
        amount = part.price_minor * part.quantity
        lines.append({"kind": "part", "quantity": part.quantity, "amount_minor": amount, "names": names})
    return lines + [
        {"kind": "other", "quantity": 1, "amount_minor": one.amount_minor, "what": one.what.strip()[:200]}
        for one in extras
    ]


@command(needs="returns.request")
def answer_quote(actor: Actor, *, quote_id: int, is_approved: bool, words: str = "", now: datetime) -> None:
    """Take the customer's answer, once: agreed, it is owed and the parts are set aside; declined, nothing is done.

    The same answer again changes nothing. Raises: NotFound, QuoteOver. Emits: RepairQuoteAnswered, RepairMoved,
    RepairCharged, RepairPartsChanged. Locks: the case, the repair, then stock.
    """
    repair_id = RepairQuote.objects.filter(id=quote_id).values_list("repair_id", flat=True).first()
    if repair_id is None:
        raise errors.NotFound(key=quote_id)
    row, case = locked_repair(actor, repair_id)
    quote = RepairQuote.objects.get(id=quote_id)
    state = "approved" if is_approved else "declined"
    if quote.state == state:
        return
    if quote.state != "open" or now >= quote.expires_at:
        raise QuoteOver
    _close(actor, row, case, quote, state, now, words=words)
    move_repair(actor, row, case, "approve" if is_approved else "decline", now)
    if is_approved:
        charge(actor, row, "repair", quote.total_minor, now)
        set_parts_aside(actor, [row], now)
    else:
        release_parts(actor, row, now)


@command(needs="returns.repair")
def expire_quotes(actor: Actor, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Let quotes end that nobody answered in time; they count as declined. A second run finds none. Returns how many.

    Emits: RepairQuoteAnswered, RepairMoved. Locks: the cases, the repairs.
    """
    late = RepairQuote.objects.filter(state="open", expires_at__lte=now).order_by("expires_at", "id")
    count = 0
    for quote_id, repair_id in list(late.values_list("id", "repair_id")[:limit]):
        row, case = locked_repair(actor, repair_id)
        quote = RepairQuote.objects.get(id=quote_id)
        if quote.state == "open":
            _close(actor, row, case, quote, "expired", now)
            move_repair(actor, row, case, "decline", now)
            release_parts(actor, row, now)
            count += 1
    return count


@command(needs="returns.request")
def note_quote_opened(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Note when a customer first looked at the quote that waits for them."""
    RepairQuote.objects.filter(repair_id=repair_id, state="open", opened_at=None).update(opened_at=now)


def withdraw_quote(actor: Actor, row: Repair, case: Case, now: datetime) -> None:
    """Take back the open quote of a locked repair, if there is one; a step of commands. Emits: RepairQuoteAnswered."""
    quote = RepairQuote.objects.filter(repair=row, state="open").first()
    if quote is not None:
        _close(actor, row, case, quote, "withdrawn", now)


def _close(
    actor: Actor, row: Repair, case: Case, quote: RepairQuote, state: str, now: datetime, *, words: str = ""
) -> None:
    changes = {"state": state, "answered_at": now, "answered_by": actor.id, "words": words.strip()[:400]}
    if RepairQuote.objects.filter(id=quote.id, state="open").update(**changes) != 1:
        raise QuoteOver
    answered = RepairQuoteAnswered(
        repair_id=row.id,
        number=row.number,
        case_id=case.id,
        order_id=row.order_id,
        ticket_id=case.ticket_id,
        quote_id=quote.id,
        state=state,
        total_minor=quote.total_minor,
        currency=quote.currency,
        simulated=row.simulated,
    )
    events.record(actor, [answered])
