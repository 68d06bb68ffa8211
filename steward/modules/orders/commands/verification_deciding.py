"""A second person checks an entry: types critical fields again unseen, then agrees or sends it back with findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, money, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as asked
from steward.modules.approvals.rules import own_hand
from steward.modules.customers.commands.matching import open_key
from steward.modules.customers.queries import reading
from steward.modules.orders.commands import finding_rows
from steward.modules.orders.commands.intake import read_phone
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.events import OrderRevealed
from steward.modules.orders.models import Order, OrderFinding, Rekey, Verification
from steward.modules.orders.rules import verification as rules
from steward.modules.orders.rules.drafts import RecipientDraft

LONGEST = 1000


class NothingToVerify(errors.Refusal):
    """Refuse to check what does not wait for a check, or no longer."""

    code = "nothing_to_verify"
    message = _("This entry does not wait for a check, or somebody has decided about it already.")


class RekeyFirst(errors.Refusal):
    """Refuse to agree before the critical fields were typed again unseen."""

    code = "rekey_first"
    message = _("Type the critical fields again first, without looking at the entry.")


class RekeyedAlready(errors.Refusal):
    """Refuse a second try: whoever has seen the difference does not type unseen any more."""

    code = "rekeyed_already"
    message = _("You typed these fields already; say now which side is right.")


class StillDiffers(errors.Refusal):
    """Refuse to agree to an entry in which the checker holds a field to be wrong."""

    code = "still_differs"
    message = _("You found the entry wrong in: %(fields)s. Send it back instead.")


class Compared(Struct, frozen=True):
    """What came out of typing again: the fields asked for, and those that differ."""

    fields: list[str]
    differing: list[str]


@command(needs="approvals.decide")
def rekey_entry(actor: Actor, *, order_id: int, typed: Mapping[str, str], now: datetime) -> Compared:
    """Compare what the checker typed unseen with the entry, field by field, by what the texts mean.

    Only the first try counts. Raises: NotFound, NothingToVerify, OwnMatter, RekeyedAlready, Erased. Emits:
    OrderRevealed, since both sides are shown from here on. Locks: the order. Source: ORD-3.
    """
    lock_order(order_id)
    one = _open_round(actor, order_id)
    if Rekey.objects.filter(verification=one, checker=actor.id).exists():
        raise RekeyedAlready
    order = Order.objects.get(id=order_id)
    key = open_key(order.customer_id) if order.customer_id is not None else None
    entry = entry_of(order, key)
    fields = rekeyable(one, entry)
    given = {field: str(typed.get(field, "")).strip()[:LONGEST] for field in fields}
    differing = rules.differing(
        {field: value for field, value in canonical(order, entry, entry).items() if field in fields},
        canonical(order, given, entry),
    )
    Rekey.objects.create(
        verification=one,
        checker=actor.id,
        sealed=personal.seal(key, given) if key else msgspec.msgpack.encode(given),
        fields=fields,
        differing=differing,
        typed_at=now,
    )
    events.record(actor, [OrderRevealed(order_id=order_id, reason="verification", simulated=order.simulated)])
    return Compared(fields, differing)


@command(needs="approvals.decide")
def verify_entry(
    actor: Actor,
    *,
    order_id: int,
    verdict: rules.Verdict,
    reason: str = "",
    wrong: Sequence[str] = (),
    now: datetime,
) -> str:
    """Agree to an entry, or send it back; `wrong` are the fields in which the checker's own reading is right.

    Each of these becomes a finding with the checker's reading as its suggestion. Returns the approval's state.
    Raises: NotFound, NothingToVerify, RekeyFirst, StillDiffers, and what deciding an approval raises. Emits:
    ApprovalDecided, ApprovalSettled. Locks: the order, then its request. Source: ORD-3.
    """
    lock_order(order_id)
    one = _open_round(actor, order_id)
    order = Order.objects.get(id=order_id)
    key = open_key(order.customer_id) if order.customer_id is not None else None
    rekey = Rekey.objects.filter(verification=one, checker=actor.id).first()
    if verdict == "grant" and rekey is None and rekeyable(one, entry_of(order, key)):
        raise RekeyFirst
    named = [field for field in rules.CRITICAL if field in wrong]
    if verdict == "grant" and named:
        raise StillDiffers(fields=", ".join(named))
    state = approvals.give_verdict(actor, approval_id=one.approval_id or 0, verdict=verdict, reason=reason, now=now)
    one.rekeyed = sorted({*one.rekeyed, *(rekey.fields if rekey else [])})
    one.wrong = sorted({*one.wrong, *named})
    one.save(update_fields=["rekeyed", "wrong"])
    if rekey is not None and verdict == "refuse":
        typed = typed_of(rekey, key)
        found = [_finding(field, typed[field], order) for field in named if field in typed]
        OrderFinding.objects.bulk_create(finding_rows.rows(order_id, found, key))
    return state


@command(needs="approvals.decide")
def verify_many(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Agree to several entries at once, all or none; only such as need nothing typed again. Returns how many.

    Raises and emits as `verify_entry`. Locks: orders in id order.
    """
    for order_id in sorted(set(order_ids)):
        verify_entry(actor, order_id=order_id, verdict="grant", now=now)
    return len(set(order_ids))


def _open_round(actor: Actor, order_id: int) -> Verification:
    """Find the open round of an order the actor may check. Raises: NothingToVerify, OwnMatter."""
    one = Verification.objects.filter(order_id=order_id, state="open").first()
    request = asked.approval(one.approval_id or 0) if one else None
    if one is None or request is None or request.state != "open":
        raise NothingToVerify
    if own_hand(actor.id, "|" + "|".join(request.involved) + "|"):
        raise approvals.OwnMatter
    return one


def entry_of(order: Order, key: bytes | None) -> dict[str, str]:
    """Open what stands in the entry: the recipient's fields, note and total, as texts in the order's units."""
    opened: dict[str, Any] = personal.unseal(key, order.sealed) if key and order.sealed else {}
    to = {f"recipient.{name}": str(value or "") for name, value in (opened.get("recipient") or {}).items()}
    total = str(money.to_decimal(order.total_minor, order.currency))
    return {**to, "note": str(opened.get("note") or ""), "total_minor": total}


def typed_of(rekey: Rekey, key: bytes | None) -> dict[str, str]:
    """Open what a checker typed."""
    raw = bytes(rekey.sealed or b"")
    found: dict[str, str] = personal.unseal(key, raw) if key else msgspec.msgpack.decode(raw)
    return found


def rekeyable(one: Verification, entry: Mapping[str, str]) -> list[str]:
    """List the fields to type again: those the round asks for that the entry has at all."""
    return [field for field in rules.CRITICAL if field in one.fields and entry.get(field)]


def canonical(order: Order, values: Mapping[str, str], entry: Mapping[str, str]) -> dict[str, str]:
    """Bring values to what they mean: E.164, the district's code, letters and digits of the street, minor units."""
    country = entry.get("recipient.country") or "CN"
    found: dict[str, str] = {}
    if phone := values.get("recipient.phone"):
        found["recipient.phone"] = read_phone(phone, country).e164 or rules.canonical_text(phone)
    if total := values.get("total_minor"):
        found["total_minor"] = _minor(total, order.currency)
    around = {name: entry.get(f"recipient.{name}", "") for name in RecipientDraft.__struct_fields__}
    if district := values.get("recipient.district"):
        read = reading.read_address(around["province"], around["city"], district, "")
        known = read.district_code if country == "CN" else None
        found["recipient.district"] = known or rules.canonical_text(district)
    if street := values.get("recipient.street"):
        read = reading.read_address(around["province"], around["city"], around["district"], street)
        rest = read.detail if country == "CN" and read.is_resolved else street
        found["recipient.street"] = rules.canonical_text(rest or street)
    return found


def _minor(typed: str, currency: str) -> str:
    try:
        return str(money.to_minor(typed.replace(",", ""), currency))
    except (ValueError, ArithmeticError):
        return typed


def _finding(field: str, typed: str, order: Order) -> Finding:
    """Write the checker's reading of a field as a finding that suggests it."""
    value = _minor(typed, order.currency) if field == "total_minor" else typed
    return Finding(field, "rekeyed_otherwise", "error", {"typed": typed}, {field: value})
