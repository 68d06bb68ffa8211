"""Keep the lists of screening: blocked, trusted, known forwarding points; values as blind indexes only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.events import ScreeningListChanged
from steward.modules.orders.models import ListEntry
from steward.modules.orders.queries import screening_sealed
from steward.modules.orders.queries.search import order_id as id_of
from steward.modules.orders.rules import screening_signals as signals
from steward.modules.orders.rules.drafts import RecipientDraft

PURPOSES = ("block", "allow", "forwarding")
KINDS = ("phone", "address", "device", "payment_account", "ip", "customer")
LONGEST_REASON = 200


class UnfitEntry(errors.Refusal):
    """Refuse a value that names nothing of its kind."""

    code = "unfit_entry"
    status = 422
    message = _("This cannot be read as what it is said to be. Write it in full, an address with its district.")


class EntryKnown(errors.Refusal):
    """Refuse a value that stands on the list already."""

    code = "entry_known"
    status = 409
    message = _("This value stands on the list already.")


class OrderLacksKind(errors.Refusal):
    """Refuse to list what an order does not have."""

    code = "order_lacks_kind"
    status = 422
    message = _("The order has nothing of this kind, or its customer's data were erased.")


@command(needs="orders.screening_rules")
def add_entry(
    actor: Actor, *, purpose: str, kind: str, value: str, reason: str, until: datetime | None, now: datetime
) -> int:
    """Put a value on a list, as a blind index with a masked text beside it.

    Returns the entry's id. Raises: UnfitEntry, EntryKnown, ReasonMissing. Emits: ScreeningListChanged.
    """
    canonical = canonical_of(kind, value)
    if not canonical or purpose not in PURPOSES or (purpose == "forwarding" and kind != "address"):
        raise UnfitEntry
    return _add(actor, purpose, kind, canonical, screening_sealed.masked(kind, value), reason, until, now)


@command(needs="orders.screen")
def list_from_order(
    actor: Actor,
    *,
    order_id: int,
    purpose: str,
    kinds: Sequence[str],
    reason: str,
    until: datetime | None,
    now: datetime,
) -> list[int]:
    """Put what an order has on a list, without anybody reading it: its phone, address, device and so on.

    Returns the entries' ids; what stands on the list already is left as it is.
    Raises: OrderLacksKind, UnfitEntry, ReasonMissing. Emits: ScreeningListChanged.
    """
    if purpose not in PURPOSES:
        raise UnfitEntry
    values = screening_sealed.opened([order_id])[0].values
    if not kinds or any(kind not in values for kind in kinds):
        raise OrderLacksKind
    made = []
    for kind in kinds:
        text = values[kind].rpartition("|")[2] if kind == "address" else values[kind]
        if not _is_known(purpose, kind, values[kind]):
            made.append(
                _add(actor, purpose, kind, values[kind], screening_sealed.masked(kind, text), reason, until, now)
            )
    return made


@command(needs="orders.screening_rules")
def end_entry(actor: Actor, *, entry_id: int, reason: str, now: datetime) -> None:
    """Take a value off its list; that it stood there stays visible.

    Raises: NotFound, ReasonMissing. Emits: ScreeningListChanged.
    """
    if not reason.strip():
        raise ReasonMissing
    row = ListEntry.objects.select_for_update().filter(id=entry_id, ended_at=None).first()
    if row is None:
        raise errors.NotFound(key=entry_id)
    ListEntry.objects.filter(id=entry_id).update(ended_at=now, ended_by=actor.id)
    _announce(actor, row, "ended", reason)


def _add(
    actor: Actor,
    purpose: str,
    kind: str,
    canonical: str,
    mask: str,
    reason: str,
    until: datetime | None,
    now: datetime,
) -> int:
    if not reason.strip():
        raise ReasonMissing
    version = max(settings.INDEX_KEYS)
    try:
        with transaction.atomic():
            row = ListEntry.objects.create(
                purpose=purpose,
                kind=kind,
                value=personal.blind_index(f"signal:{kind}", canonical, version=version),
                key_version=version,
                masked=mask,
                reason=reason.strip()[:LONGEST_REASON],
                until=until,
                added_at=now,
                added_by=actor.id,
            )
    except IntegrityError as error:
        raise EntryKnown from error
    _announce(actor, row, "added", reason)
    return int(row.id)


def _announce(actor: Actor, row: ListEntry, verb: str, reason: str) -> None:
    events.record(
        actor,
        [ScreeningListChanged(entry_id=row.id, purpose=row.purpose, what=row.kind, verb=verb, reason=reason)],
    )


def _is_known(purpose: str, kind: str, canonical: str) -> bool:
    known = [index for _version, index in screening_sealed.indexes(kind, canonical)]
    return ListEntry.objects.filter(purpose=purpose, value__in=known, ended_at=None).exists()


def canonical_of(kind: str, value: str) -> str:
    """Bring a typed value to what orders are compared by; "" for what cannot be read as its kind."""
    if kind == "phone":
        return screening_sealed.phone(value, "CN")
    if kind == "address":
        return screening_sealed.address(RecipientDraft(street=value), "CN", "")
    if kind == "customer":
        return _customer_of(value)
    if kind == "ip":
        return signals.canonical_ip(value)
    return signals.canonical_id(value) if kind in KINDS else ""


def _customer_of(number: str) -> str:
    """Name the customer by the number of an order of theirs."""
    found = screening_sealed.opened([id_of(number.strip())])
    return found[0].values.get("customer", "") if found else ""
