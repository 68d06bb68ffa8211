"""Cases as pages and programs see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.returns.queries import words
from steward.modules.returns.queries.owed import OwedView


class CaseRow(Struct, frozen=True, kw_only=True):
    """A case in a list. Units: minor currency units, pieces."""

    id: int
    number: str
    order_id: int
    order_number: str
    shop: str
    customer_id: int | None
    ticket_id: int | None
    kind: str
    reason: str
    reason_labels: Mapping[str, str]
    fault: str
    state: str
    state_since: datetime
    source: str
    currency: str
    quoted_minor: int
    refunded_minor: int
    requested_at: datetime
    requested_by: str
    return_by: datetime | None
    outside_number: str
    simulated: bool
    pieces: int = 0

    @property
    def kind_label(self) -> str:
        """Name the solution."""
        return str(words.KINDS.get(self.kind, self.kind))

    @property
    def reason_label(self) -> str:
        """Name the reason in the reader's language."""
        return words.label_in(self.reason_labels)


class InspectionView(Struct, frozen=True, kw_only=True):
    """What was found of a piece. Units: permille."""

    grade: str
    disposition: str
    share_permille: int
    serial: str
    lot_code: str
    note: str
    answers: Mapping[str, Any]
    attachments: list[int]
    inspected_at: datetime
    inspected_by: str

    @property
    def disposition_label(self) -> str:
        """Name what becomes of it."""
        return str(words.DISPOSITIONS.get(self.disposition, self.disposition))


class PieceView(Struct, frozen=True, kw_only=True):
    """One piece of a case, with what was found last. Units: minor currency units."""

    id: int
    line_id: int
    position: int
    item_id: int
    sku: str
    name: str
    serialised: bool
    parcel_id: int | None
    reception: str
    acceptance: str
    received_at: datetime | None
    settled_minor: int
    settled_at: datetime | None
    booked: str
    inspection: InspectionView | None


class ParcelView(Struct, frozen=True, kw_only=True):
    """One parcel of a case; `state` is where tracking says it is, "" where nobody tracks it."""

    id: int
    method: str
    shipment_number: str
    carrier: str
    tracking_number: str
    station_id: int | None
    pick_up_from: datetime | None
    pick_up_to: datetime | None
    announced_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    pieces: int
    state: str

    @property
    def method_label(self) -> str:
        """Name the way it comes."""
        return str(words.METHODS.get(self.method, self.method))


class PartView(Struct, frozen=True, kw_only=True):
    """One line of how a refund was computed. Units: minor currency units."""

    kind: str
    line_id: int | None
    quantity: int
    amount_minor: int
    facts: Mapping[str, Any]


class RefundView(Struct, frozen=True, kw_only=True):
    """One refund a case asked for. Units: minor currency units."""

    id: int
    amount_minor: int
    paid_minor: int
    state: str
    early: bool
    why: str
    request_id: int | None
    asked_at: datetime
    ended_at: datetime | None
    numbers: list[str]
    parts: list[PartView]


class GuidanceView(Struct, frozen=True, kw_only=True):
    """What was offered instead of a return, and whether it helped."""

    id: int
    kind: str
    words: str
    link: str
    outcome: str
    offered_at: datetime
    answered_at: datetime | None


class EvidenceView(Struct, frozen=True, kw_only=True):
    """A file that goes with a case."""

    attachment_id: int
    shows: str
    at: datetime


class SurplusView(Struct, frozen=True, kw_only=True):
    """What lay in a parcel and nobody had announced."""

    quantity: int
    sku: str
    note: str
    booked: bool
    noted_at: datetime


class NextStep(Struct, frozen=True):
    """What happens next, and until when; nothing more is promised where there is no time."""

    code: str
    due_at: datetime | None = None

    @property
    def words(self) -> str:
        """Say it to a person."""
        return str(words.NEXT[self.code])


class CaseView(Struct, frozen=True, kw_only=True):
    """One case whole: pieces, parcels, evidence, refunds, and what happens next and when."""

    row: CaseRow
    words: str
    answers: Mapping[str, Any]
    verdict: Mapping[str, Any]
    policy_version: int
    freight_payer: str
    advance: bool
    decided_at: datetime | None
    decider: str
    refusal: str
    closed_at: datetime | None
    answer_due_at: datetime | None
    pieces: list[PieceView]
    parcels: list[ParcelView]
    evidence: list[EvidenceView]
    refunds: list[RefundView]
    guidance: list[GuidanceView]
    surplus: list[SurplusView]
    owed: list[OwedView]
    next: NextStep

    @property
    def automatic_up_to_minor(self) -> int:
        """Tell up to which amount the policy grants alone; below 0: never."""
        return int(self.verdict.get("automatic_up_to_minor", -1))
