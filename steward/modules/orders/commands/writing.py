"""Write new orders: columns, not rows; everything that is not read back goes in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from steward.kernel import arrays, events, numbering, personal, sql
from steward.kernel.actor import Actor
from steward.kernel.bundle import write
from steward.modules.customers.commands.matching import Match
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.orders.commands.finding_rows import bare, parts
from steward.modules.orders.commands.intake import Prepared, Receipt
from steward.modules.orders.events import OrderReceived
from steward.modules.orders.rules.adjusting import stored
from steward.modules.orders.rules.personal_fields import is_personal
from steward.modules.orders.rules.standing import Standing

PACKAGE = "steward.modules.orders"
CLOCK_OF_STATE = {"received": "order_mend", "checked": "order_payment", "audit": "order_audit"}


class NewOrder(Struct):
    """An order about to be written: its ids, draft, buyer, and where it stands."""

    id: int
    event_id: int
    prepared: Prepared
    match: Match | None
    where: Standing
    now: datetime

    @property
    def number(self) -> str:
        """Return the number people read."""
        return numbering.number("SO", self.id, self.now)


def facts_of(priority: str) -> dict[str, str] | None:
    """Tell the clocks of an order what policies choose by; of an ordinary order there is nothing to tell."""
    return {"priority": priority} if priority != "normal" else None


def receipt_of(new: NewOrder) -> Receipt:
    """Answer for an order that was created."""
    return Receipt("created", new.number, new.id, new.where.state, findings=tuple(new.prepared.findings))


def insert_orders(actor: Actor, new: Sequence[NewOrder], now: datetime) -> None:
    """Write orders, lines, findings, clocks and the event of each."""
    write(sql.load(PACKAGE, "insert_orders"), _order_columns(new, now))
    write(sql.load(PACKAGE, "insert_lines"), _line_columns(new))
    if any(one.prepared.findings for one in new):
        write(sql.load(PACKAGE, "insert_findings"), _finding_columns(new))
    starts = [
        ClockStart(
            "order",
            one.id,
            CLOCK_OF_STATE[one.where.state],
            now,
            facts_of(one.prepared.intake.draft.priority),
            simulated=one.prepared.intake.simulated,
        )
        for one in new
        if one.where.state in CLOCK_OF_STATE and not one.prepared.intake.historic
    ]
    start_clocks(actor, starts=starts, now=now)
    events.record(
        actor,
        [_event(one) for one in new],
        log_ids=[one.event_id for one in new],
        actors=[one.prepared.actor for one in new],
    )


def _event(one: NewOrder) -> OrderReceived:
    intake = one.prepared.intake
    return OrderReceived(
        order_id=one.id,
        number=one.number,
        shop=one.prepared.shop.code,
        external_number=intake.draft.external_number,
        state=one.where.state,
        total_minor=one.prepared.checked.total_minor,
        currency=intake.draft.currency,
        source=intake.source,
        historic=intake.historic,
        simulated=intake.simulated,
    )


def _sealed(one: NewOrder) -> bytes | None:
    """Seal recipient, note and origin with the buyer's key; an order that names nobody has nothing to seal."""
    draft = one.prepared.intake.draft
    if one.match is None:
        return None
    fields: dict[str, Any] = {"recipient": draft.recipient, "note": draft.note}
    if draft.origin is not None:
        fields["origin"] = draft.origin
    return personal.seal(one.match.key, fields)


def _order_columns(new: Sequence[NewOrder], now: datetime) -> dict[str, Any]:
    ints, texts = arrays.integers, arrays.texts
    ones = [one.prepared for one in new]
    drafts = [one.intake.draft for one in ones]
    return {
        "now": now,
        "ids": ints([one.id for one in new]),
        "numbers": texts([one.number for one in new]),
        "shop_ids": ints([one.shop.id for one in ones]),
        "externals": texts([draft.external_number for draft in drafts]),
        "customer_ids": ints([one.match.customer_id if one.match else None for one in new]),
        "states": texts([one.where.state for one in new]),
        "payments": texts([one.where.payment_state for one in new]),
        "fulfilments": texts([one.where.fulfilment_state for one in new]),
        "causes": texts([one.where.cancel_cause for one in new]),
        "currencies": texts([draft.currency for draft in drafts]),
        "lines": ints([one.checked.lines_minor for one in ones]),
        "shippings": ints([draft.shipping_minor for draft in drafts]),
        "discounts": ints([draft.discount_minor for draft in drafts]),
        "totals": ints([one.checked.total_minor for one in ones]),
        "paid": ints([one.paid_minor for one in ones]),
        "refunded": ints([one.refunded_minor for one in ones]),
        "placed": arrays.instants([draft.placed_at for draft in drafts]),
        "countries": texts([draft.recipient.country for draft in drafts]),
        "provinces": texts([one.checked.place.province for one in ones]),
        "districts": texts([one.checked.place.district_code for one in ones]),
        "sealed": arrays.octets([_sealed(one) for one in new]),
        "phones": arrays.octets([one.phone_index for one in ones]),
        "hashes": arrays.octets([one.content_hash for one in ones]),
        "sources": texts([one.intake.source for one in ones]),
        "enterers": texts([one.actor.id for one in ones]),
        "missing": texts([texts(draft.not_supplied) for draft in drafts]),
        "historic": arrays.flags([one.intake.historic for one in ones]),
        "simulated": arrays.flags([one.intake.simulated for one in ones]),
        "priorities": texts([draft.priority for draft in drafts]),
        "dues": arrays.instants([draft.delivery_due_at for draft in drafts]),
        "adjustments": texts([stored(draft.adjustments) for draft in drafts]),
    }


def _line_columns(new: Sequence[NewOrder]) -> dict[str, Any]:
    integers, drafts = arrays.integers, [one.prepared.intake.draft for one in new]
    lines = [line for draft in drafts for line in draft.lines]
    return {
        "order_ids": integers([one.id for one, draft in zip(new, drafts, strict=True) for _line in draft.lines]),
        "positions": integers([place for draft in drafts for place in range(1, len(draft.lines) + 1)]),
        "item_ids": integers([item_id for one in new for item_id in one.prepared.item_ids]),
        "titles": arrays.texts([line.title for line in lines]),
        "quantities": integers([line.quantity for line in lines]),
        "prices": integers([line.unit_price_minor for line in lines]),
        "discounts": integers([line.discount_minor for line in lines]),
    }


def _finding_columns(new: Sequence[NewOrder]) -> dict[str, Any]:
    rows = [
        (one.id, finding, parts(finding, one.match.key if one.match else None))
        for one in new
        for finding in one.prepared.findings
    ]
    encode = msgspec.json.encode
    return {
        "order_ids": arrays.integers([row[0] for row in rows]),
        "fields": arrays.texts([row[1].field for row in rows]),
        "codes": arrays.texts([row[1].code for row in rows]),
        "severities": arrays.texts([row[1].severity for row in rows]),
        "params": arrays.texts([encode(row[2].params).decode() for row in rows]),
        "suggestions": arrays.texts(
            [encode(row[2].suggestion).decode() if row[2].suggestion else None for row in rows]
        ),
        "sealed": arrays.octets([row[2].sealed for row in rows]),
    }


def _kept(receipt: Receipt) -> Receipt:
    """Leave what findings say of a person out of the reply that is kept: no erasure would find it there."""
    if not any(is_personal(one.field) for one in receipt.findings):
        return receipt
    return structs.replace(receipt, findings=[bare(one) for one in receipt.findings])


def insert_keys(fresh: Sequence[tuple[Prepared, Receipt]]) -> None:
    """Keep the reply given under each idempotency key, with the order it tells of."""
    if not fresh:
        return
    columns = {
        "owners": arrays.texts([one.actor.id for one, _receipt in fresh]),
        "keys": arrays.texts([one.intake.idempotency_key for one, _receipt in fresh]),
        "hashes": arrays.octets([one.content_hash for one, _receipt in fresh]),
        "replies": arrays.texts([msgspec.json.encode(_kept(receipt)).decode() for _one, receipt in fresh]),
    }
    write(sql.load(PACKAGE, "insert_keys"), columns)
