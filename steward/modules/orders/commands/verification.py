"""Let another person check entries by hand, changes by people, and a share of what trusted sources send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import Event
from steward.modules.approvals import commands as approvals
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.events import OrderMended
from steward.modules.orders.models import Order, Verification
from steward.modules.orders.rules import verification as rules

KIND = "order_entry"
SUBJECT = "order"
PAGE = "verification"
CHECKED_IN = ("received", "checked", "audit")
SAMPLE_SHARE = parameters.define(
    "orders.verification_sample_share",
    0.0,
    unit="",
    kind="number",
    minimum=0,
    maximum=1,
    label=_("Share of the orders of trusted sources (interface, files) that a second person looks at (0–1)"),
)
REKEY_PHONE = parameters.define(
    "orders.rekey_phone",
    default=True,
    unit="",
    kind="boolean",
    label=_("Whoever checks an entry types the phone again, unseen"),
)
REKEY_ADDRESS = parameters.define(
    "orders.rekey_address",
    default=True,
    unit="",
    kind="boolean",
    label=_("Whoever checks an entry types district and street again, unseen"),
)
REKEY_AMOUNT = parameters.define(
    "orders.rekey_amount",
    default=True,
    unit="",
    kind="boolean",
    label=_("Whoever checks an entry types the total again, unseen"),
)


class AwaitsVerification(errors.Refusal):
    """Refuse to approve what another person has not checked yet. Source: ORD-3."""

    code = "awaits_verification"
    status = 409
    message = _("Another person has to check this entry first.")


class Need(Struct, frozen=True):
    """Why and how one order has to be checked now; `last` is the newest change it covers."""

    cause: rules.Cause
    fields: list[str]
    last: int
    hands: tuple[str, ...]
    worker: str


class _Known(Struct):
    """What is known of one order's checks and changes so far."""

    rounds: list[Verification]
    changes: list[tuple[int, str, list[str]]]

    @property
    def latest(self) -> Verification | None:
        """Return the last round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def granted(self) -> Verification | None:
        """Return the last round somebody agreed in."""
        return next((one for one in reversed(self.rounds) if one.state in rules.SETTLES), None)


def verify_locked(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Mark which locked orders another person has checked, or has to; ask where nobody was asked yet.

    A step of the caller's command; orders of trusted sources that nobody changed cost nothing while no share of them
    is looked at. What has open errors is asked for once it is mended. Emits: ApprovalAsked, ApprovalSettled.
    """
    share = float(parameters.value(SAMPLE_SHARE))
    concerned = {one.id: one for one in orders if _is_concerned(one, share)}
    if not concerned:
        return
    known = _known(concerned)
    facts = {row["id"]: row for row in Order.objects.filter(id__in=concerned).values(*FACTS)}
    asked: list[tuple[Standing, Need]] = []
    outdated: list[int] = []
    for one in concerned.values():
        need, latest = _need(one, known[one.id], facts[one.id], share), known[one.id].latest
        one.is_verified = latest is not None and latest.state == "granted" and need is None
        one.awaits_verification = need is not None
        if need is None:
            continue
        is_open = latest is not None and latest.state == "open"
        if latest is not None and is_open and latest.covers_event < need.last:
            outdated.append(one.id)
            is_open = False
        if not is_open and not one.has_errors and not one.has_conflict:
            asked.append((one, need))
    _withdraw(actor, outdated, "", now)
    _ask(actor, asked, known, facts, now)


FACTS = ("id", "number", "shop__code", "shop__name", "external_number")


def _is_concerned(one: Standing, share: float) -> bool:
    if one.historic or one.state not in CHECKED_IN:
        return False
    return one.by_hand or bool(one.mended_by) or (share > 0 and one.source in rules.TRUSTED_SOURCES)


def _known(concerned: Mapping[int, Standing]) -> dict[int, _Known]:
    """Read rounds and changes of orders, oldest first: two statements for all of them."""
    known = {order_id: _Known([], []) for order_id in concerned}
    for one in Verification.objects.filter(order_id__in=concerned).order_by("order_id", "round"):
        known[one.order_id].rounds.append(one)
    changed = [one.id for one in concerned.values() if one.mended_by]
    if changed:
        mended = Event.objects.filter(subject_kind=SUBJECT, subject_id__in=changed, kind=OrderMended.KIND)
        for order_id, id_, by, fields in mended.order_by("id").values_list("subject_id", "id", "actor", "data__fields"):
            known[order_id].changes.append((id_, by, fields))
    return known


def _need(one: Standing, known: _Known, facts: Mapping[str, Any], share: float) -> Need | None:
    """Tell why an order has to be checked now; None where nobody has to, or somebody agreed to it as it stands."""
    granted = known.granted
    since = granted.covers_event if granted else -1
    fresh = [change for change in known.changes if change[0] > since]
    changed = {field for _id, _by, fields in fresh for field in fields}
    sampled = one.source in rules.TRUSTED_SOURCES and rules.is_sampled(
        facts["shop__code"], facts["external_number"], share
    )
    cause = rules.cause_of(by_hand=one.by_hand, was_granted=granted is not None, changed=changed, sampled=sampled)
    if cause is None:
        return None
    return Need(
        cause,
        rules.fields_to_rekey(cause, changed, switched_on()),
        max((id_ for id_, _by, _fields in known.changes), default=0),
        rules.hands([one.entered_by, *one.mended_by]),
        fresh[-1][1] if cause == "changed" else one.entered_by,
    )


def switched_on() -> set[str]:
    """List the fields that are typed again unseen, as the business numbers say."""
    on: set[str] = {"recipient.phone"} if parameters.value(REKEY_PHONE) else set()
    on |= rules.ADDRESS if parameters.value(REKEY_ADDRESS) else set()
    return on | ({"total_minor"} if parameters.value(REKEY_AMOUNT) else set())


def _ask(
    actor: Actor,
    asked: Sequence[tuple[Standing, Need]],
    known: Mapping[int, _Known],
    facts: Mapping[int, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Ask for the check of orders and write the round of each."""
    if not asked:
        return
    asks = [
        approvals.Ask(
            kind=KIND,
            subject_kind=SUBJECT,
            subject_id=one.id,
            number=facts[one.id]["number"],
            involved=need.hands,
            asked_by=need.worker,
            amount_minor=one.total_minor,
            currency=one.currency,
            facts={"shop": facts[one.id]["shop__name"], "cause": need.cause}
            | ({"decided_on": PAGE} if need.fields else {}),
            simulated=one.simulated,
        )
        for one, need in asked
    ]
    rounds = []
    for (one, need), answer in zip(asked, approvals.ask_approvals(actor, asks=asks, now=now), strict=True):
        is_open = answer.outcome != "not_needed"
        one.awaits_verification = is_open
        rounds.append(
            Verification(
                order_id=one.id,
                round=len(known[one.id].rounds) + 1,
                cause=need.cause,
                covers_event=need.last,
                worker=need.worker,
                approval_id=answer.approval_id if is_open else None,
                state="open" if is_open else "not_needed",
                fields=need.fields,
                asked_at=now,
                settled_at=None if is_open else now,
            )
        )
    Verification.objects.bulk_create(rounds)


def _withdraw(actor: Actor, order_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Take back what was asked for orders that changed since, or ended."""
    if not order_ids:
        return
    approvals.withdraw_approvals(actor, kind=KIND, subject_kind=SUBJECT, subject_ids=order_ids, reason=reason, now=now)
    Verification.objects.filter(order_id__in=order_ids, state="open").update(state="withdrawn", settled_at=now)


@command(needs="orders.advance")
def lapse_verifications(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> int:
    """Take back what was asked for orders that were cancelled; a second run finds none. Returns how many.

    Emits: ApprovalSettled. Locks: orders in id order.
    """
    ended = [one.id for one in lock_orders(order_ids).values() if one.state == "cancelled"]
    open_ = list(
        Verification.objects.filter(order_id__in=ended, state="open")
        .order_by("order_id")
        .values_list("order_id", flat=True)
    )
    _withdraw(actor, open_, "", now)
    return len(open_)
