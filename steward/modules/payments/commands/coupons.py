"""Coupons: given to a customer, used once, given back when what they bought went back, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.payments.commands.handovers import HandoverDraft, ask_handovers
from steward.modules.payments.events import CouponIssued, CouponMoved
from steward.modules.payments.models import Coupon, CouponUse
from steward.modules.payments.queries.wallets import terms_of_coupon, terms_of_shops
from steward.modules.payments.rules import wallets as rules


class BadCoupon(errors.Refusal):
    """Refuse coupon terms that make no sense."""

    code = "bad_coupon"
    status = 422
    message = _("A coupon takes off either an amount or a share below 100 percent, for at least one day.")


class CouponDraft(Struct, frozen=True, kw_only=True):
    """A coupon for a customer, once per reference; `days` 0: as long as the shop's terms say."""

    reference: str
    customer_id: int | None
    terms: rules.CouponTerms
    shop: str = ""
    cause: str = "grant"
    number: str = ""
    external_number: str = ""
    code: str = ""
    days: int = 0
    simulated: bool = False


class Issued(Struct, frozen=True):
    """What became of a draft: `issued`, `given_back`, `again` (it stood already), `nobody` or `to_hand_over`."""

    outcome: str
    coupon_id: int | None = None
    handover_id: int | None = None


class Redemption(Struct, frozen=True, kw_only=True):
    """Somebody pays with a coupon; `reference` names the purchase, once."""

    code: str
    reference: str
    use: rules.CouponUse


class Redeemed(Struct, frozen=True):
    """What a coupon took off, or in `unfit` why it cannot be used. Units: minor currency units."""

    saved_minor: int = 0
    unfit: rules.Unfit = ""


@command(needs="payments.wallets")
def issue_coupons(actor: Actor, *, drafts: Sequence[CouponDraft], now: datetime) -> list[Issued]:
    """Give coupons to customers, answered in their order; where the shop keeps its own, they are to be handed over.

    A constant number of statements however many. Raises: BadCoupon. Emits: CouponIssued, HandoverAsked.
    """
    if any(not one.reference or one.days < 0 or not rules.are_fit(one.terms) for one in drafts):
        raise BadCoupon
    terms = terms_of_shops(one.shop for one in drafts)
    outside = [one for one in drafts if terms[one.shop].kept == "outside"]
    asked = ask_handovers(actor, [_handover(one) for one in outside], now)
    results = {
        one.reference: Issued("to_hand_over" if is_new else "again", handover_id=id_)
        for one, (id_, is_new) in zip(outside, asked, strict=True)
    }
    here = [one for one in drafts if one.reference not in results]
    rows = [
        _row(actor, one, one.customer_id, one.days or terms[one.shop].coupon_days, now)
        for one in here
        if one.customer_id is not None
    ]
    references = [one.reference for one in here]
    known = set(Coupon.objects.filter(reference__in=references).values_list("reference", flat=True))
    fresh = [row for row in rows if row.reference not in known]
    Coupon.objects.bulk_create(fresh)
    events.record(actor, [_issued(row) for row in fresh])
    ids = {row.reference: row.id for row in fresh}
    for one in here:
        outcome = "nobody" if one.customer_id is None else "again" if one.reference in known else "issued"
        results[one.reference] = Issued(outcome, ids.get(one.reference))
    return [results[one.reference] for one in drafts]


def _handover(one: CouponDraft) -> HandoverDraft:
    return HandoverDraft(
        reference=one.reference,
        shop=one.shop,
        kind="coupon",
        amount=rules.worth_minor(one.terms),
        customer_id=one.customer_id,
        currency=one.terms.currency,
        code=one.code,
        terms=msgspec.to_builtins(one.terms),
        cause=one.cause,
        number=one.number,
        external_number=one.external_number,
        simulated=one.simulated,
    )


def _row(actor: Actor, one: CouponDraft, customer_id: int, days: int, now: datetime) -> Coupon:
    facts = msgspec.structs.asdict(one.terms)
    return Coupon(
        **(facts | {"shops": list(one.terms.shops), "categories": list(one.terms.categories)}),
        code=rules.new_code(),
        reference=one.reference,
        customer_id=customer_id,
        cause=one.cause,
        number=one.number,
        issued_at=now,
        issued_by=actor.id,
        valid_from=now,
        valid_until=now + timedelta(days=days),
        simulated=one.simulated,
    )


def _issued(row: Coupon) -> CouponIssued:
    return CouponIssued(
        coupon_id=row.id,
        customer_id=row.customer_id,
        cause=row.cause,
        number=row.number,
        reference=row.reference,
        simulated=row.simulated,
    )


@command(needs="payments.wallets")
def redeem_coupons(actor: Actor, *, redemptions: Sequence[Redemption], now: datetime) -> list[Redeemed]:
    """Use coupons for purchases, answered in their order: each once, only for what it is good for.

    The same purchase again gets the same answer. Emits: CouponMoved. Locks: the coupons, in id order.
    """
    wanted = {rules.read_code(one.code) for one in redemptions}
    rows = {row.code: row for row in Coupon.objects.select_for_update().filter(code__in=wanted).order_by("id")}
    before = CouponUse.objects.filter(reference__in=[one.reference for one in redemptions])
    known = {use.reference: use for use in before}
    moved: list[Coupon] = []
    uses: list[CouponUse] = []
    results = []
    for one in redemptions:
        row = rows.get(rules.read_code(one.code))
        use = known.get(one.reference)
        if use is not None:
            same = row is not None and use.coupon_id == row.id
            results.append(Redeemed(use.saved_minor) if same else Redeemed(unfit="used"))
            continue
        unfit = _misfit(row, one.use, now)
        if row is None or unfit:
            results.append(Redeemed(unfit=unfit))
            continue
        terms = terms_of_coupon(row)
        saved = rules.saves_minor(terms, rules.fitting_minor(terms, one.use))
        known[one.reference] = CouponUse(
            coupon=row, reference=one.reference, shop=one.use.shop, saved_minor=saved, at=now, actor=actor.id
        )
        uses.append(known[one.reference])
        row.state, row.ended_at = rules.next_coupon(row.state, "redeem"), now
        moved.append(row)
        results.append(Redeemed(saved))
    write_rows(moved, ["state", "ended_at"])
    CouponUse.objects.bulk_create(uses)
    events.record(actor, [_moved(use.coupon, saved_minor=use.saved_minor, reference=use.reference) for use in uses])
    return results


def _misfit(row: Coupon | None, use: rules.CouponUse, now: datetime) -> rules.Unfit:
    if row is None or row.state == "withdrawn":
        return "not_valid"
    if row.state == "redeemed":
        return "used"
    if row.state == "lapsed" or now >= row.valid_until:
        return "expired"
    if now < row.valid_from:
        return "too_early"
    terms = terms_of_coupon(row)
    unfit = rules.misfit(terms, use)
    return unfit or ("" if rules.saves_minor(terms, rules.fitting_minor(terms, use)) > 0 else "other_goods")


@command(needs="payments.wallets")
def give_back_coupons(actor: Actor, *, drafts: Sequence[CouponDraft], now: datetime) -> list[Issued]:
    """Let customers have coupons again that they paid with (`code`): the same one where it is ours, else a new one.

    It is good for at least as long again as the terms say, whenever it would have lapsed. Again for one reference
    changes nothing. Emits: CouponMoved, CouponIssued, HandoverAsked. Locks: the coupons, in id order.
    """
    terms = terms_of_shops(one.shop for one in drafts)
    codes = {rules.read_code(one.code) for one in drafts if one.code}
    rows = {row.code: row for row in Coupon.objects.select_for_update().filter(code__in=codes).order_by("id")}
    open_uses = {use.coupon_id: use for use in CouponUse.objects.filter(coupon__in=rows.values(), returned_at=None)}
    returned = set(
        CouponUse.objects.filter(returned_for__in=[one.reference for one in drafts]).values_list(
            "returned_for", flat=True
        )
    )
    results: dict[str, Issued] = {}
    moved: list[Coupon] = []
    uses: list[CouponUse] = []
    for one in drafts:
        row = rows.get(rules.read_code(one.code))
        if one.reference in returned:
            results[one.reference] = Issued("again", row.id if row else None)
        elif row is not None and row.id in open_uses:
            use = open_uses.pop(row.id)
            use.returned_at, use.returned_for = now, one.reference
            row.state, row.ended_at = rules.next_coupon(row.state, "give_back"), None
            row.valid_until = max(row.valid_until, now + timedelta(days=one.days or terms[one.shop].coupon_days))
            moved.append(row)
            uses.append(use)
            results[one.reference] = Issued("given_back", row.id)
    write_rows(moved, ["state", "ended_at", "valid_until"])
    write_rows(uses, ["returned_at", "returned_for"])
    events.record(actor, [_moved(row) for row in moved])
    rest = [one for one in drafts if one.reference not in results]
    results |= {one.reference: got for one, got in zip(rest, issue_coupons(actor, drafts=rest, now=now), strict=True)}
    return [results[one.reference] for one in drafts]


@command(needs="payments.wallets")
def withdraw_coupons(actor: Actor, *, coupon_ids: Sequence[int], now: datetime) -> int:
    """Take back coupons nobody used yet. Returns how many. Raises: NotPossible. Emits: CouponMoved.

    Locks: the coupons, in id order.
    """
    rows = list(Coupon.objects.select_for_update().filter(id__in=coupon_ids).order_by("id"))
    if len(rows) != len(set(coupon_ids)):
        raise errors.NotFound(key=min(set(coupon_ids) - {row.id for row in rows}))
    for row in rows:
        row.state, row.ended_at = rules.next_coupon(row.state, "withdraw"), now
    write_rows(rows, ["state", "ended_at"])
    events.record(actor, [_moved(row) for row in rows])
    return len(rows)


def _moved(row: Coupon, *, saved_minor: int = 0, reference: str = "") -> CouponMoved:
    return CouponMoved(
        coupon_id=row.id,
        customer_id=row.customer_id,
        after=row.state,
        saved_minor=saved_minor,
        reference=reference or row.reference,
        simulated=row.simulated,
    )
