"""Claims against carriers as pages and programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Sum
from msgspec import Struct

from steward.kernel import errors
from steward.modules.logistics.models import Claim
from steward.modules.logistics.rules import claims as rules


class ClaimRow(Struct, frozen=True):
    """A claim in a list. Units: minor currency units."""

    id: int
    number: str
    kind: str
    state: str
    state_since: datetime
    carrier_code: str
    carrier_name: str
    parcel_code: str
    tracking_number: str
    shipment_number: str
    order_number: str
    currency: str
    claimed_minor: int
    agreed_minor: int
    paid_minor: int
    opened_at: datetime
    due_at: datetime
    reason: str
    reference: str


class EntryView(Struct, frozen=True):
    """One step of a claim. Units: minor currency units."""

    verb: str
    amount_minor: int
    reference: str
    note: str
    at: datetime
    actor: str


class EvidenceView(Struct, frozen=True):
    """What proves a claim."""

    id: int
    name: str
    stored_file: str
    note: str
    added_at: datetime
    added_by: str


class ClaimDetail(Struct, frozen=True):
    """A claim with every step and what proves it."""

    row: ClaimRow
    entries: list[EntryView]
    evidence: list[EvidenceView]

    @property
    def open_minor(self) -> int:
        """Return what the carrier agreed to and has not paid yet. Units: minor currency units."""
        return self.row.agreed_minor - self.row.paid_minor


_FIELDS = (
    "id", "number", "kind", "state", "state_since", "carrier__code", "carrier__name", "parcel__code",
    "parcel__tracking_number", "parcel__shipment__number", "parcel__shipment__order_number", "currency",
    "claimed_minor", "agreed_minor", "paid_minor", "opened_at", "due_at", "reason", "reference",
)  # fmt: skip


def claims_page(*, states: tuple[str, ...] = (), before_id: int | None = None, limit: int = 50) -> list[ClaimRow]:
    """List claims, newest first, one page of them."""
    found: Any = Claim.objects.order_by("-id")
    if states:
        found = found.filter(state__in=states)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return [ClaimRow(*row) for row in found.values_list(*_FIELDS)[:limit]]


def claims_of_shipment(number: str) -> list[ClaimRow]:
    """List the claims of a shipment's parcels, oldest first."""
    found: Any = Claim.objects.filter(parcel__shipment__number=number).order_by("id")
    return [ClaimRow(*row) for row in found.values_list(*_FIELDS)]


def claims_of_order(order_id: int) -> list[ClaimRow]:
    """List the claims for parcels of an order, oldest first."""
    found: Any = Claim.objects.filter(parcel__shipment__order_id=order_id).order_by("id")
    return [ClaimRow(*row) for row in found.values_list(*_FIELDS)]


def claim(number: str) -> ClaimDetail:
    """Read one claim. Raises: NotFound."""
    found: Any = Claim.objects.filter(number=number.strip().upper())
    row = found.values_list(*_FIELDS).first()
    if row is None:
        raise errors.NotFound(key=number)
    one = found.get()
    entries: Any = one.entries.order_by("id").values_list(*EntryView.__struct_fields__)
    evidence: Any = one.evidence.order_by("id").values_list(*EvidenceView.__struct_fields__)
    return ClaimDetail(
        ClaimRow(*row), [EntryView(*each) for each in entries], [EvidenceView(*each) for each in evidence]
    )


def open_claims() -> int:
    """Count claims that wait for us or the carrier."""
    return Claim.objects.filter(state__in=rules.LIVE).count()


def claimed_by_carrier() -> dict[str, tuple[int, int]]:
    """Add up what was claimed from and paid by each carrier, by code; drills owe nothing. Units: minor units."""
    rows: Any = (
        Claim.objects.filter(simulated=False)
        .exclude(state="withdrawn")
        .values_list("carrier__code")
        .annotate(claimed=Sum("claimed_minor"), paid=Sum("paid_minor"))
    )
    return {code: (claimed, paid) for code, claimed, paid in rows}
