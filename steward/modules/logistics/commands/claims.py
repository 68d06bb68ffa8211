"""Claim from a carrier what it owes for a parcel, and follow the claim until it is paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, numbering, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.logistics.events import ClaimMoved
from steward.modules.logistics.models import Claim, ClaimEntry, ClaimEvidence, Parcel, Shipment
from steward.modules.logistics.rules import claims as rules
from steward.modules.logistics.rules import shipments as lives

SEQUENCE, PREFIX = "logistics_claim_id_seq", "CL"
SUBJECT_KIND = "claim"
SUBMIT, ANSWER = "claim_submit", "claim_answer"
LONGEST_REFERENCE = 80
CLAIM_DAYS = parameters.define(
    "logistics.claim_days",
    30,
    unit="days",
    label=_("Carriers take claims for so many days after the loss was known"),
    minimum=1,
    maximum=365,
)


class NothingToClaim(errors.Refusal):
    """Refuse a claim for a parcel no carrier ever had, or over nothing."""

    code = "nothing_to_claim"
    status = 422
    message = _("A claim needs a parcel that was handed over, an amount above 0, a reason, and one of: %(known)s.")


class ClaimedAlready(errors.Refusal):
    """Refuse a second claim of the same kind while another one is open, or was paid."""

    code = "claimed_already"
    message = _("For this parcel a claim of this kind is open or paid already.")


class NeedsEvidence(errors.Refusal):
    """Refuse to send a claim that nothing proves."""

    code = "needs_evidence"
    message = _("Add a picture or a note that proves it before you send the claim.")


class UnfitAmount(errors.Refusal):
    """Refuse an amount the carrier cannot have agreed to or paid."""

    code = "unfit_amount"
    status = 422
    message = _("The amount has to be above 0 and at most what was claimed, or what is still owed.")


class PaidInPart(errors.Refusal):
    """Refuse to note as rejected what the carrier has begun to pay."""

    code = "paid_in_part"
    message = _("The carrier has paid a part of it already, so it cannot have refused it.")


class PaymentNeedsReference(errors.Refusal):
    """Refuse a payment nobody could tell from its repetition."""

    code = "payment_needs_reference"
    status = 422
    message = _("Give the transaction of the transfer, in at most 80 characters.")


class ClaimDraft(Struct, frozen=True, kw_only=True):
    """What is claimed for a parcel. Units: minor currency units."""

    parcel_code: str
    kind: str
    amount_minor: int
    reason: str


@command(needs="logistics.ship")
def open_claim(actor: Actor, *, draft: ClaimDraft, now: datetime) -> str:
    """Open a claim against the carrier of a parcel; return its number. Its deadline runs from now on.

    Raises: NotFound, NothingToClaim, ClaimedAlready. Emits: ClaimMoved. Locks: the shipment.
    """
    parcel = Parcel.objects.select_related("shipment").filter(code=draft.parcel_code.strip().upper()).first()
    if parcel is None:
        raise errors.NotFound(key=draft.parcel_code)
    Shipment.objects.select_for_update(no_key=True).get(id=parcel.shipment_id)
    fits = draft.kind in rules.KINDS and draft.amount_minor > 0 and draft.reason.strip()
    if not fits or parcel.shipment.state not in lives.TRACKED or parcel.carrier_id is None:
        raise NothingToClaim(known=", ".join(rules.KINDS))
    if _standing(parcel.id, draft.kind):
        raise ClaimedAlready
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    claim = Claim.objects.create(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        parcel=parcel,
        carrier_id=parcel.carrier_id,
        kind=draft.kind,
        state_since=now,
        reason=draft.reason.strip()[:300],
        currency=parcel.shipment.currency,
        claimed_minor=draft.amount_minor,
        opened_at=now,
        opened_by=actor.id,
        due_at=rules.due_at(known_at=now, days=int(parameters.value(CLAIM_DAYS))),
        simulated=parcel.shipment.simulated,
    )
    _enter(actor, claim, "open", now, amount_minor=draft.amount_minor, note=claim.reason)
    _start(actor, claim, SUBMIT, now)
    return claim.number


@command(needs="logistics.ship")
def add_evidence(actor: Actor, *, number: str, name: str, note: str, now: datetime, stored_file: str = "") -> None:
    """Add what proves a claim: a file, or a note about where it is. Raises: NotFound, NotPossible."""
    claim = _locked(number)
    if claim.state in rules.ENDED:
        raise errors.NotPossible(state=claim.state, verb="evidence")
    ClaimEvidence.objects.create(
        claim=claim,
        name=name.strip()[:120],
        stored_file=stored_file,
        note=note.strip()[:300],
        added_at=now,
        added_by=actor.id,
    )


@command(needs="logistics.ship")
def submit_claim(actor: Actor, *, number: str, reference: str, now: datetime) -> None:
    """Note that a claim was sent to the carrier; the carrier's answer is waited for under a limit.

    Raises: NotFound, NotPossible, NeedsEvidence, ClaimedAlready. Emits: ClaimMoved. Locks: the shipment, the claim.
    """
    _lock_shipment_of(number)
    claim = _locked(number)
    if claim.state == "rejected" and _standing(claim.parcel_id, claim.kind):
        raise ClaimedAlready
    if not ClaimEvidence.objects.filter(claim=claim).exists():
        raise NeedsEvidence
    _move(actor, claim, "submit", now, note=reference, submitted_at=now, ended_at=None, reference=reference)
    stop_clocks(actor, stops=[ClockStop(SUBJECT_KIND, claim.id, SUBMIT)], at=now)
    _start(actor, claim, ANSWER, now)


@command(needs="logistics.ship")
def agree_claim(actor: Actor, *, number: str, amount_minor: int, note: str, now: datetime) -> None:
    """Note what the carrier agreed to pay. Raises: NotFound, NotPossible, UnfitAmount. Emits: ClaimMoved."""
    claim = _locked(number)
    if not max(1, claim.paid_minor) <= amount_minor <= claim.claimed_minor:
        raise UnfitAmount
    _move(actor, claim, "agree", now, amount_minor=amount_minor, note=note, agreed_minor=amount_minor)
    stop_clocks(actor, stops=[ClockStop(SUBJECT_KIND, claim.id, ANSWER)], at=now)


@command(needs="logistics.ship")
def reject_claim(actor: Actor, *, number: str, note: str, now: datetime) -> None:
    """Note that the carrier refuses; it can be sent again with better evidence.

    Raises: NotFound, NotPossible, PaidInPart. Emits: ClaimMoved. Locks: the claim.
    """
    claim = _locked(number)
    if rules.can(claim.state, "reject") and not rules.may_reject(claim.state, paid_minor=claim.paid_minor):
        raise PaidInPart
    _move(actor, claim, "reject", now, note=note, ended_at=now)
    stop_clocks(actor, stops=[ClockStop(SUBJECT_KIND, claim.id, ANSWER)], at=now)


@command(needs="logistics.ship")
def withdraw_claim(actor: Actor, *, number: str, note: str, now: datetime) -> None:
    """Give a claim up. Raises: NotFound, NotPossible. Emits: ClaimMoved."""
    claim = _locked(number)
    _move(actor, claim, "withdraw", now, note=note, ended_at=now)
    stops = [ClockStop(SUBJECT_KIND, claim.id, kind) for kind in (SUBMIT, ANSWER)]
    cancel_clocks(actor, stops=stops, at=now)


@command(needs="payments.record")
def pay_claim(actor: Actor, *, number: str, amount_minor: int, reference: str, now: datetime) -> None:
    """Book what the carrier paid, each payment once by its reference; paid in full, the claim ends.

    Raises: NotFound, NotPossible, PaymentNeedsReference, UnfitAmount. Emits: ClaimMoved. Locks: the claim.
    """
    claim = _locked(number)
    reference = reference.strip()
    if reference and ClaimEntry.objects.filter(claim=claim, verb="pay", reference=reference).exists():
        return
    if not rules.can(claim.state, "pay"):
        raise errors.NotPossible(state=claim.state, verb="pay")
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise PaymentNeedsReference
    if not 0 < amount_minor <= claim.agreed_minor - claim.paid_minor:
        raise UnfitAmount
    paid_minor = claim.paid_minor + amount_minor
    facts: dict[str, Any] = {"amount_minor": amount_minor, "reference": reference}
    if rules.is_settled(agreed_minor=claim.agreed_minor, paid_minor=paid_minor):
        _move(actor, claim, "pay", now, paid_minor=paid_minor, ended_at=now, **facts)
    else:
        Claim.objects.filter(id=claim.id).update(paid_minor=paid_minor)
        _enter(actor, claim, "pay", now, **facts)


def _standing(parcel_id: int, kind: str) -> bool:
    """Tell whether a parcel's loss is claimed, or was paid for. Only with the shipment locked it stays so."""
    return Claim.objects.filter(parcel_id=parcel_id, kind=kind, state__in=rules.STANDING).exists()


def _lock_shipment_of(number: str) -> None:
    """Lock the shipment of a claim: who opens or sends another of the same parcel meanwhile waits."""
    found = Claim.objects.filter(number=number.strip().upper()).values_list("parcel__shipment_id", flat=True).first()
    if found is None:
        raise errors.NotFound(key=number)
    Shipment.objects.select_for_update(no_key=True).get(id=found)


def _locked(number: str) -> Claim:
    claim = Claim.objects.select_for_update(no_key=True).filter(number=number.strip().upper()).first()
    if claim is None:
        raise errors.NotFound(key=number)
    return claim


def _move(
    actor: Actor,
    claim: Claim,
    verb: str,
    now: datetime,
    *,
    amount_minor: int = 0,
    note: str = "",
    reference: str = "",
    **changes: Any,
) -> None:
    """Carry out one transition of a locked claim and write the entry. Raises: NotPossible, Stale."""
    before, after = claim.state, rules.next_state(claim.state, verb)
    if reference:
        changes.setdefault("reference", claim.reference or reference[:80])
    if Claim.objects.filter(id=claim.id, state=before).update(state=after, state_since=now, **changes) != 1:
        raise errors.Stale
    claim.state = after
    _enter(actor, claim, verb, now, amount_minor=amount_minor, note=note, reference=reference)


def _enter(
    actor: Actor,
    claim: Claim,
    verb: str,
    now: datetime,
    *,
    amount_minor: int = 0,
    note: str = "",
    reference: str = "",
) -> None:
    ClaimEntry.objects.create(
        claim=claim,
        verb=verb,
        amount_minor=amount_minor,
        reference=reference[:80],
        note=note.strip()[:300],
        at=now,
        actor=actor.id,
    )
    moved = ClaimMoved(
        claim_id=claim.id,
        number=claim.number,
        verb=verb,
        state=claim.state,
        amount_minor=amount_minor,
        currency=claim.currency,
        simulated=claim.simulated,
    )
    events.record(actor, [moved])


def _start(actor: Actor, claim: Claim, kind: str, now: datetime) -> None:
    start = ClockStart(
        SUBJECT_KIND, claim.id, kind, now, responsible_role="logistics_coordinator", simulated=claim.simulated
    )
    start_clocks(actor, starts=[start], now=now)
