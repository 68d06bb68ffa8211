"""Take orders in: many at once, one transaction, a constant number of statements; one order is a batch of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, DataError
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.bundle import bundle
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.kernel.plans import by_index
from steward.modules.catalog.queries import items_by_id, remember_items
from steward.modules.customers.commands.matching import match_customers
from steward.modules.inventory.commands.promising import Want, promise_stock, remember_rows
from steward.modules.orders.commands import writing
from steward.modules.orders.commands.conflicts import record_conflicts
from steward.modules.orders.commands.intake import Intake, Prepared, Receipt, prepare, read_place
from steward.modules.orders.commands.known import Found
from steward.modules.orders.commands.sorting import Batch
from steward.modules.orders.rules.drafts import PaymentDraft, RecipientDraft
from steward.modules.orders.rules.standing import is_settled, standing_at_intake
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.rules import Direction, PaymentEntryDraft

log = structlog.get_logger(__name__)

PACKAGE = "steward.modules.orders"
LIMIT = 1_000
LAST_TRIES = 4
ROWS_REMEMBERED = 200_000
HOLD_S = parameters.define(
    "orders.unpaid_hold_s", 86_400, unit="s", label=_("How long an unpaid order keeps its goods"), minimum=600
)


@command(needs="orders.enter")
def receive_orders(actor: Actor, *, intakes: Sequence[Intake], now: datetime) -> list[Receipt]:
    """Take in a batch of orders; the answers stand in the order of the drafts.

    A bad, doubled or conflicting order is an answer, not an error; the others go in. Raises: ValueError for more than
    1,000 at once. Emits: OrderReceived, OrderConflicted, PaymentRecorded. Locks: identities, then promises in id order.
    Source: ORD-1, ORD-2.
    """
    if len(intakes) > LIMIT:
        raise ValueError(f"at most {LIMIT} orders at once, not {len(intakes)}")
    batch = Batch(prepare(actor, intakes, now))
    by_index()
    with bundle():
        batch.sort_out()
        batch.answer(batch.fresh, _write_new(actor, [batch.at(place) for place in batch.fresh], batch.found, now))
        doubles = batch.all_doubles()
        conflicts = record_conflicts(actor, [(batch.at(place), known) for place, known in doubles])
        batch.answer([place for place, _known in doubles], conflicts)
        batch.answer_repeats()
        writing.insert_keys(batch.keyed())
    return batch.receipts()


def _write_new(actor: Actor, fresh: Sequence[Prepared], found: Sequence[Found], now: datetime) -> list[Receipt]:
    """Recognise buyers, book payments, promise stock and write the orders; what is not read back goes in one trip."""
    if not fresh:
        return []
    clean = [one.checked.is_clean for one in fresh]
    matches = match_customers([one.buyer for one in fresh], simulated=[one.intake.simulated for one in fresh])
    for one, its in zip(fresh, found, strict=True):
        if its.lookalike:
            facts = {"number": its.lookalike}
            one.findings.append(Finding("external_number", "probable_duplicate", "warning", facts))
    _book_payments(actor, fresh, found, now)
    missing = _promise(fresh, found, now)
    new = []
    for place, (one, its) in enumerate(zip(fresh, found, strict=True)):
        short = missing.get(its.order_id)
        if short:
            one.findings.extend(shortage_findings(one, short))
        where = standing_at_intake(
            clean=clean[place] and not any(finding.code == "payment_used_elsewhere" for finding in one.findings),
            payment=one.payment_state,
            short=bool(short),
            stocked=bool(one.stocked),
            historic=one.intake.historic,
            payment_known="payment" not in one.intake.draft.not_supplied,
        )
        new.append(writing.NewOrder(its.order_id, its.event_id, one, matches[place], where, now))
    writing.insert_orders(actor, new, now)
    return [writing.receipt_of(one) for one in new]


def _book_payments(actor: Actor, fresh: Sequence[Prepared], found: Sequence[Found], now: datetime) -> None:
    """Write the payments the source reports to the ledger; the order counts only what the ledger took."""
    entries = []
    for place, one in enumerate(fresh):
        order_id, draft = found[place].order_id, one.intake.draft
        entries += [(one, _entry(one, order_id, payment, "payment")) for payment in draft.payments]
        entries += [(one, _entry(one, order_id, refund, "refund")) for refund in draft.refunds]
    if not entries:
        return
    results = post_entries(actor, entries=[entry for _one, entry in entries], now=now)
    for (one, entry), result in zip(entries, results, strict=True):
        if result.outcome != "recorded":
            one.findings.append(
                Finding("payments", "payment_used_elsewhere", "error", {"transaction": entry.transaction})
            )
        elif entry.direction == "refund":
            one.refunded_minor += entry.amount_minor
        else:
            one.paid_minor += entry.amount_minor


def _entry(one: Prepared, order_id: int, payment: PaymentDraft, direction: Direction) -> PaymentEntryDraft:
    return PaymentEntryDraft(
        order_id=order_id,
        amount_minor=payment.amount_minor,
        currency=one.intake.draft.currency,
        provider=payment.provider or one.shop.platform,
        transaction=payment.transaction,
        happened_at=payment.paid_at,
        direction=direction,
        method=payment.method,
        simulated=one.intake.simulated or one.intake.historic,
    )


def _promise(fresh: Sequence[Prepared], found: Sequence[Found], now: datetime) -> dict[int, dict[int, int]]:
    """Promise what each order wants; unpaid ones keep it for a while. Returns what is missing, by order."""
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    wants = [
        Want(found[place].order_id, one.shop.pool, one.stocked, None if is_settled(one.payment_state) else hold_until)
        for place, one in enumerate(fresh)
        if one.stocked and one.payment_state != "refunded"
    ]
    return {result.order_id: result.missing for result in promise_stock(wants) if result.missing}


def shortage_findings(one: Prepared, missing: Mapping[int, int]) -> list[Finding]:
    """Name the goods an order cannot be promised. Units: pieces."""
    skus = {item: line.sku for item, line in zip(one.item_ids, one.intake.draft.lines, strict=True)}
    parts = missing.keys() - skus.keys()  # of bundles
    if parts:
        skus |= {id_: facts.sku for id_, facts in items_by_id(parts).items()}
    return [
        Finding(
            "lines",
            "short_of_stock",
            "error",
            {"sku": skus[item], "wanted": str(one.stocked[item]), "available": str(one.stocked[item] - units)},
        )
        for item, units in missing.items()
    ]


def warm_up() -> None:
    """Load what intake needs in memory: divisions, items, promise rows; a fresh process is then as quick as an old."""
    read_place(RecipientDraft(province="浙江省", city="杭州市", district="西湖区", street="文三路"))
    remember_items()
    remember_rows(ROWS_REMEMBERED)


def receive_resilient(actor: Actor, *, intakes: Sequence[Intake], now: datetime) -> list[Receipt]:
    """Take in a batch; when the database refuses it, halve it until the one order that cannot go in stands alone.

    A race with another process (the same order, the same new buyer) heals by the replay, which then finds it.
    Raises: OperationalError when the connection is gone: whether the batch was committed is then unknown, and sending
    it again finds out.
    """
    try:
        return receive_orders(actor, intakes=intakes, now=now)
    except DatabaseError as error:
        if not _is_about_content(error):
            raise
        if len(intakes) == 1:
            return [_last_try(actor, intakes[0], now)]
    middle = len(intakes) // 2
    return [
        *receive_resilient(actor, intakes=intakes[:middle], now=now),
        *receive_resilient(actor, intakes=intakes[middle:], now=now),
    ]


def _is_about_content(error: DatabaseError) -> bool:
    """Tell a refusal of content (classes 21–23), a lost race or a deadlock (40), a lock time-out from a dead line."""
    if isinstance(error, DataError):  # also what the driver itself cannot write
        return True
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state[:2] in ("21", "22", "23", "40") or state == "55P03"


def _last_try(actor: Actor, intake: Intake, now: datetime) -> Receipt:
    """Try one order a few times more: a race may be lost again, a content that does not fit is refused again.

    Raises: DatabaseError when locks or deadlocks keep it out; it may come again later and is no bad order.
    """
    for tries_left in range(LAST_TRIES - 1, -1, -1):
        try:
            return receive_orders(actor, intakes=[intake], now=now)[0]
        except DatabaseError as error:
            state = getattr(error.__cause__, "sqlstate", None) or ""
            waits = state.startswith("40") or state == "55P03"
            if not _is_about_content(error) or (waits and not tries_left):
                raise
            log.warning("order_refused_by_database", sqlstate=state, tries_left=tries_left)
    return Receipt("rejected", code="refused_by_database")
