"""Mend an order: recipient and note, checked anew; what stood there before is kept, sealed, in the event."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.customers.commands.matching import match_customers, open_key
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.orders.commands import finding_rows
from steward.modules.orders.commands.amounts import take_total
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.intake import read_phone, read_place
from steward.modules.orders.commands.moving import Standing, lock_order
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.screening import screen_again
from steward.modules.orders.events import OrderFindingAccepted, OrderMended
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.rules.checks import check_recipient
from steward.modules.orders.rules.drafts import RecipientDraft

FIELDS = (*(f"recipient.{name}" for name in RecipientDraft.__struct_fields__), "note")
SYSTEM = system("orders")
TOTAL = "total_minor"
MENDABLE = ("received", "checked", "audit")


class NothingToMend(errors.Refusal):
    """Refuse a mend that names no field of the order, or a value that does not fit."""

    code = "nothing_to_mend"
    status = 422
    message = _("Give a fitting value for one of these fields: %(fields)s.")


class MendTooLate(errors.Refusal):
    """Refuse to mend what was approved already."""

    code = "mend_too_late"
    status = 409
    message = _("The order was approved already. Send it back or change it as an order change.")


@command(needs="orders.mend")
def mend_order(actor: Actor, *, order_id: int, changes: Mapping[str, str], now: datetime) -> list[Finding]:
    """Change recipient fields or the note (`recipient.phone`, `note` …), check them again, and move the order on.

    Returns what the checks find now. Raises: NotFound, MendTooLate, NothingToMend, Erased. Emits: OrderMended and what
    advance_orders emits. Locks: the order. Source: ORD-2.
    """
    findings = change_recipient(actor, mendable(order_id), changes, now)
    screen_again(SYSTEM, order_ids=[order_id], now=now)
    advance_orders(SYSTEM, order_ids=[order_id], now=now)
    return findings


def change_recipient(
    actor: Actor, standing: Standing, changes: Mapping[str, str], now: datetime, *, hands: Sequence[str] = ()
) -> list[Finding]:
    """Change recipient fields or the note of a locked order and check them again, as a step of the caller's command.

    `hands` names who else had a hand in it. Raises: NothingToMend, Erased. Emits: OrderMended.
    """
    if not changes or any(field not in FIELDS for field in changes):
        raise NothingToMend(fields=", ".join(FIELDS))
    order_id = standing.id
    order = Order.objects.get(id=order_id)
    key = _key(order)
    sealed: dict[str, Any] = personal.unseal(key, order.sealed) if order.sealed else {}
    before = msgspec.convert(sealed.get("recipient") or {}, RecipientDraft, strict=False)
    after = _changed(before, changes)
    note = changes.get("note", sealed.get("note") or "")
    missing = frozenset(name for name in order.not_supplied if not _now_supplied(name, after))
    findings: list[Finding] = []
    phone, place = check_recipient(after, missing, findings, read_phone, read_place)
    Order.objects.filter(id=order_id).update(
        sealed=personal.seal(key, {**sealed, "recipient": after, "note": note}),
        customer_id=order.customer_id,
        phone_index=personal.blind_index("phone", phone.e164) if phone.e164 else None,
        country=after.country,
        province=place.province,
        district_code=place.district_code,
        not_supplied=sorted(missing),
        mended_by=sorted({*standing.mended_by, *hands, actor.id}),
    )
    open_findings = OrderFinding.objects.filter(order_id=order_id, resolved_at=None)
    (open_findings.filter(field__startswith="recipient.") | open_findings.filter(code="sent_back")).update(
        resolved_at=now, resolved_by=actor.id, resolution="mended"
    )
    OrderFinding.objects.bulk_create(finding_rows.rows(order_id, findings, key))
    events.record(actor, [_mended(standing, key, changes, before, sealed.get("note") or "")])
    return findings


def mendable(order_id: int) -> Standing:
    """Lock an order that may still be mended. Raises: NotFound, MendTooLate."""
    standing = lock_order(order_id)
    if standing.state not in MENDABLE:
        raise MendTooLate
    return standing


def _key(order: Order) -> bytes:
    """Open the key the order's personal data are sealed with; an order that named nobody gets a customer now."""
    if order.customer_id is not None:
        return open_key(order.customer_id)
    match = match_customers([Buyer([], Profile())], simulated=[order.simulated])[0]
    assert match is not None
    order.customer_id = match.customer_id
    return match.key


def _changed(before: RecipientDraft, changes: Mapping[str, str]) -> RecipientDraft:
    """Apply the changes. Raises: NothingToMend when a value does not fit its field."""
    parts = {field.removeprefix("recipient."): value.strip() for field, value in changes.items() if field != "note"}
    try:
        return msgspec.convert({**msgspec.structs.asdict(before), **parts}, RecipientDraft)
    except msgspec.ValidationError as error:
        raise NothingToMend(fields=", ".join(FIELDS)) from error


def _now_supplied(name: str, recipient: RecipientDraft) -> bool:
    """Tell whether a person has filled in what the source never carries."""
    given = {
        "recipient_name": recipient.name,
        "phone": recipient.phone,
        "address": recipient.street,
        "district": recipient.district,
    }
    return bool(given.get(name))


def _mended(order: Standing, key: bytes, changes: Mapping[str, str], before: RecipientDraft, note: str) -> OrderMended:
    """Tell what was mended; the values are sealed, so that erasure reaches them in the log too."""
    was = {**{f"recipient.{name}": value for name, value in msgspec.structs.asdict(before).items()}, "note": note}
    fields = sorted(changes)
    return OrderMended(
        order_id=order.id,
        fields=fields,
        before={field: _sealed_text(key, was[field]) for field in fields},
        after={field: _sealed_text(key, changes[field]) for field in fields},
        simulated=order.simulated,
    )


def _sealed_text(key: bytes, value: str) -> str:
    return base64.b64encode(personal.seal(key, value)).decode()


@command(needs="orders.mend")
def take_suggestion(actor: Actor, *, finding_id: int, now: datetime) -> None:
    """Mend an order as one of its findings suggests; a total is taken with what it says of the payment.

    Raises: NotFound, MendTooLate, NothingToMend, Erased. Emits: as mend_order, follow_payments and advance_orders.
    """
    finding = _open_finding(finding_id)
    suggestion = finding_rows.suggestion_of(finding)
    if TOTAL in suggestion:
        take_total(actor, mendable(finding.order_id), total_minor=int(suggestion[TOTAL]), now=now)
        advance_orders(SYSTEM, order_ids=[finding.order_id], now=now)
        return
    suggested = {field: value for field, value in suggestion.items() if field in FIELDS}
    mend_order(actor, order_id=finding.order_id, changes=suggested, now=now)


@command(needs="orders.mend")
def accept_finding(actor: Actor, *, finding_id: int, reason: str, now: datetime) -> None:
    """Accept a finding as it is, with a reason, and move the order on.

    Raises: NotFound, Stale, ReasonMissing, MendTooLate. Emits: OrderFindingAccepted and what advance_orders emits.
    """
    if not reason.strip():
        raise ReasonMissing
    finding = _open_finding(finding_id)
    mendable(finding.order_id)
    still_open = OrderFinding.objects.filter(id=finding_id, resolved_at=None)
    if not still_open.update(resolved_at=now, resolved_by=actor.id, resolution="accepted"):
        raise errors.Stale
    events.record(
        actor,
        [OrderFindingAccepted(order_id=finding.order_id, code=finding.code, field=finding.field, reason=reason)],
    )
    advance_orders(SYSTEM, order_ids=[finding.order_id], now=now)


def _open_finding(finding_id: int) -> OrderFinding:
    finding = OrderFinding.objects.select_related("order").filter(id=finding_id, resolved_at=None).first()
    if finding is None:
        raise errors.NotFound(key=finding_id)
    return finding
