"""The ledger, the providers and what their callbacks said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from steward.kernel import errors, secrets_box
from steward.modules.payments import rules
from steward.modules.payments.models import Callback, Entry, OrderBalance, Provider
from steward.modules.payments.ports import Access

SECRET_PURPOSE = "payments.provider"  # noqa: S105  (names what the secret is for)
KEYS_PURPOSE = "payments.provider.keys"


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money. Units: minor currency units."""

    id: int
    order_id: int
    direction: str
    provider: str
    transaction: str
    method: str
    amount_minor: int
    currency: str
    happened_at: datetime
    recorded_at: datetime
    simulated: bool
    origin_id: int | None = None
    is_credit: bool = False

    @property
    def is_moved(self) -> bool:
        """Tell whether the money came from, or went to, another order of ours; none of it left the house."""
        return self.origin_id is not None


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """One callback and what became of it."""

    id: int
    provider: str
    message_id: str
    received_at: datetime
    outcome: str
    reason: str
    order_number: str
    amount_minor: int | None
    currency: str
    matched_at: datetime | None


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment provider; its keys stay sealed. `shops` are those whose orders it may speak about."""

    id: int
    code: str
    name: str
    active: bool
    connector: str
    address: str
    statement_mapping: dict[str, Any]
    settings: dict[str, str]
    checked_at: datetime | None
    check_fault: str
    down_since: datetime | None
    probe_at: datetime | None
    shops: list[str]


def entries_of(order_id: int) -> list[EntryView]:
    """List the movements of money of one order, oldest first."""
    rows = Entry.objects.filter(order_id=order_id).order_by("happened_at", "id").values(*EntryView.__struct_fields__)
    return [EntryView(**row) for row in rows]


def entries_between(provider: str, starts_at: datetime, ends_at: datetime) -> list[EntryView]:
    """List the movements a provider reported in a span, oldest first; drills and past imports are left out."""
    rows = Entry.objects.filter(
        provider=provider, happened_at__gte=starts_at, happened_at__lt=ends_at, simulated=False, origin=None
    ).order_by("happened_at", "id")
    return [EntryView(**row) for row in rows.values(*EntryView.__struct_fields__)]


def order_of_payment(provider: str, transaction: str) -> int | None:
    """Find the order that a provider's payment was for."""
    rows = Entry.objects.filter(provider=provider, transaction=transaction, direction="payment", origin=None)
    return rows.values_list("order_id", flat=True).first()


def paid_and_refunded(currency_by_order: dict[int, str]) -> dict[int, tuple[int, int]]:
    """Sum what was paid and refunded per order, in the order's own currency only; one query for all.

    What moved to another order was not paid for this one after all; what counts there as credit was given back here.
    Units: minor currency units. Orders without entries have (0, 0).
    """
    return {
        id_: (paid, back + credit) for id_, (paid, back, credit) in paid_back_and_credited(currency_by_order).items()
    }


def paid_back_and_credited(currency_by_order: dict[int, str]) -> dict[int, tuple[int, int, int]]:
    """Sum per order, in its own currency, what was paid, what left the house, and what pays for other goods instead.

    One query for all. Units: minor currency units.
    """
    entries: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    credits: Counter[tuple[int, str]] = Counter()
    rows = Entry.objects.filter(order_id__in=list(currency_by_order))
    fields = ("order_id", "direction", "currency", "amount_minor", "origin_id", "is_credit")
    for order_id, direction, currency, amount, origin_id, is_credit in rows.values_list(*fields):
        has_moved_on = direction == "refund" and origin_id is not None
        if has_moved_on and is_credit:
            credits[order_id, currency] += amount
        else:
            entries[order_id].append(("payment", currency, -amount) if has_moved_on else (direction, currency, amount))
    return {
        id_: (*rules.totals(entries[id_], currency), credits[id_, currency])
        for id_, currency in currency_by_order.items()
    }


def claimed(currency_by_order: dict[int, str]) -> dict[int, int]:
    """Sum what is on its way back per order, in the order's own currency. Units: minor currency units."""
    rows = OrderBalance.objects.filter(order_id__in=list(currency_by_order), claimed_minor__gt=0)
    found = {(row[0], row[1]): row[2] for row in rows.values_list("order_id", "currency", "claimed_minor")}
    return {id_: found.get((id_, currency), 0) for id_, currency in currency_by_order.items()}


def find_provider(code: str) -> ProviderView | None:
    """Find an active provider by its code."""
    found = _providers(Provider.objects.filter(code=code, active=True))
    return found[0] if found else None


def get_provider(code: str) -> ProviderView:
    """Return a provider by its code, active or not. Raises: NotFound."""
    found = _providers(Provider.objects.filter(code=code))
    if not found:
        raise errors.NotFound(key=code)
    return found[0]


def providers() -> list[ProviderView]:
    """List the payment providers by code."""
    return _providers(Provider.objects.all())


def provider_names() -> dict[str, str]:
    """Name the payment providers by code."""
    return dict(Provider.objects.values_list("code", "name"))


def _providers(rows: Any) -> list[ProviderView]:
    fields = [name for name in ProviderView.__struct_fields__ if name != "shops"]
    shops = ArrayAgg("bindings__shop__code", filter=Q(bindings__isnull=False), order_by="bindings__shop__code")
    found = rows.annotate(shop_codes=shops).order_by("code").values("shop_codes", *fields)
    return [ProviderView(shops=row.pop("shop_codes") or [], **row) for row in found]


def provider_secret(provider_id: int) -> bytes:
    """Open the secret a provider signs its callbacks with. Raises: NotFound; ValueError after a lost master key."""
    sealed = Provider.objects.filter(id=provider_id).values_list("sealed_secret", flat=True).first()
    if sealed is None:
        raise errors.NotFound(key=provider_id)
    return secrets_box.unseal_with_master(sealed, purpose=SECRET_PURPOSE)


def provider_keys(provider_id: int) -> dict[str, str]:
    """Open the keys that a provider's kind needs, by name: for connectors alone, never for a screen."""
    sealed = Provider.objects.filter(id=provider_id).values_list("sealed_keys", flat=True).first()
    if sealed is None:
        return {}
    return msgspec.json.decode(secrets_box.unseal_with_master(sealed, purpose=KEYS_PURPOSE), type=dict[str, str])


def provider_access(known: ProviderView) -> Access:
    """Say how a provider is reached and known, keys in clear: for connectors alone, never for a screen."""
    return Access(
        code=known.code,
        address=known.address,
        secret=provider_secret(known.id),
        fields=known.settings | provider_keys(known.id),
    )


def callbacks(*, outcomes: Sequence[str] = (), before_id: int | None = None, limit: int = 50) -> list[CallbackView]:
    """List callbacks, newest first, one page of them; `outcomes` narrows to e.g. unmatched and refused."""
    rows: Any = Callback.objects.order_by("-id")
    if outcomes:
        rows = rows.filter(outcome__in=outcomes)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    fields = [name for name in CallbackView.__struct_fields__ if name != "provider"]
    page = rows.values("provider__code", *fields)[:limit]
    return [CallbackView(provider=row.pop("provider__code"), **row) for row in page]


def waiting_callbacks(*, after_id: int = 0, limit: int = 500) -> list[tuple[int, str]]:
    """List the callbacks that wait for their order, oldest first: id, and what they call the order."""
    rows = Callback.objects.filter(outcome="unmatched", body__isnull=False, id__gt=after_id).order_by("id")
    return list(rows.values_list("id", "order_number")[:limit])


def count_unmatched() -> int:
    """Count the callbacks that wait for their order."""
    return Callback.objects.filter(outcome="unmatched").count()
