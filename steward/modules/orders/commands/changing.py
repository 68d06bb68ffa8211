"""Change orders after entry: preview first, then confirm as a whole or decline. Source: ORD-9, docs/decisions/0019."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import structs, to_builtins

from steward.kernel import errors, events, parameters, personal
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.customers.commands.matching import open_key
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.change_applying import (
    Applying,
    Job,
    cancel_whole,
    change_address,
    change_lines,
    change_means,
    change_service,
)
from steward.modules.orders.commands.change_cards import allow, refuse_short_card, with_means
from steward.modules.orders.commands.change_facts import read_facts
from steward.modules.orders.commands.change_goods import lock_planned
from steward.modules.orders.commands.change_merging import merge_orders, unmerge_orders
from steward.modules.orders.commands.change_planning import Plan, UnfitWish, planned
from steward.modules.orders.commands.change_policing import refuse_by_rules, refuse_goods_by_rules
from steward.modules.orders.commands.change_splitting import split_order
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.commands.offers import waits_for_goods, withdraw_offers
from steward.modules.orders.events import OrderChanged, OrderChangeEnded, OrderChangeProposed
from steward.modules.orders.models import Order, OrderChange
from steward.modules.orders.queries import change_words
from steward.modules.orders.queries.search import order_id as id_of
from steward.modules.orders.rules import changes as rules
from steward.modules.orders.rules.change_plan import Facts, Wish, version
from steward.modules.orders.rules.transitions import MERGED

NEEDS = "orders.change"
SYSTEM = system("orders")
# Of these orders goods may have been set aside, and shipments may wait for them.
SET_ASIDE = ("allocated", "partly_shipped")
APPLYING: Mapping[str, Applying] = {
    "address": change_address,
    "lines": change_lines,
    "cancel_lines": change_lines,
    "service": change_service,
    "cancel": cancel_whole,
    "split": split_order,
    "merge": merge_orders,
    "unmerge": unmerge_orders,
    "means": change_means,
}
DRAFT_H = parameters.define(
    "orders.change_draft_h",
    24,
    unit="h",
    label=gettext_lazy("How long the preview of a change can be confirmed"),
    minimum=1,
    maximum=720,
)


class NotChangeable(errors.Refusal):
    """Refuse a change that the order's state does not allow, with the reason."""

    code = "not_changeable"
    status = 409
    message = gettext_lazy("This change is not possible: %(why)s")


class ChangeStale(errors.Refusal):
    """Refuse to confirm what was previewed on other facts; `differences` says which (field → before, now)."""

    code = "change_stale"
    status = 409
    message = gettext_lazy("The order moved on since the preview (%(what)s). Look at the change again.")

    def __init__(self, differences: Mapping[str, tuple[object, object]]) -> None:
        super().__init__(what=change_words.field_names(differences))
        self.differences = {name: list(sides) for name, sides in differences.items()}

    def problem(self) -> dict[str, Any]:
        """Name each difference as well."""
        return super().problem() | {"differences": self.differences}


class ChangeOver(errors.Refusal):
    """Refuse what only an open change allows."""

    code = "change_over"
    status = 409
    message = gettext_lazy("This change was decided already, or lapsed.")


@command(needs=NEEDS)
def propose_change(actor: Actor, *, order_id: int, wish: Wish, now: datetime) -> int:
    """Preview a change: what it does to lines, money, promises and shipments is computed and kept, nothing is changed.

    An open preview of the order lapses. Returns the change's id. Raises: NotFound, ReasonMissing, NotPermitted,
    NotChangeable, NotOffered, UnfitWish, CardTooShort, Erased. Emits: OrderChangeProposed, OrderChangeEnded.
    Locks: the orders, their money.
    """
    wish = structs.replace(wish, reason=wish.reason.strip()[:200])
    if not wish.reason:
        raise ReasonMissing
    allow(actor, wish.kind, card=wish.card)
    undone = _undone(order_id, wish) if wish.kind == "unmerge" else None
    other_id = _other_id(wish, undone)
    standings = _locked(order_id, other_id)
    facts = read_facts(list(standings.values()))
    plan = _planned(wish, standings, facts, order_id, other_id, undone, now)
    _lapse(actor, OrderChange.objects.filter(order_id=order_id, state="draft"), "replaced", now)
    base = _base(facts, order_id, other_id)
    row = OrderChange.objects.create(
        order_id=order_id,
        other_id=other_id,
        undoes=undone,
        kind=wish.kind,
        content=to_builtins(structs.replace(wish, recipient={})),
        sealed=_sealed(order_id, wish),
        reason=wish.reason,
        base=to_builtins(base),
        base_version=version(base),
        effects=to_builtins(plan.effects),
        proposed_by=actor.id,
        proposed_at=now,
    )
    told = OrderChangeProposed(
        order_id=order_id,
        change_id=row.id,
        change=wish.kind,
        reason=wish.reason,
        simulated=standings[order_id].simulated,
    )
    events.record(actor, [told])
    return row.id


@command(needs=NEEDS)
def confirm_change(actor: Actor, *, change_id: int, now: datetime) -> None:
    """Carry a previewed change out, whole or not at all; confirmed again it changes nothing.

    It counts only against the very facts it was previewed on. Raises: NotFound, NotPermitted, ChangeOver, ChangeStale,
    NotChangeable, NotOffered, UnfitWish, CardTooShort. Emits: OrderChanged and what the change leads to.
    Locks: the orders in id order, their money, then what lock_goods locks.
    """
    found = OrderChange.objects.filter(id=change_id).values_list("order_id", "other_id", "kind").first()
    if found is None:
        raise errors.NotFound(key=change_id)
    order_id, other_id, kind = found
    allow(actor, kind)
    standings = _locked(order_id, other_id)
    row = OrderChange.objects.select_related("undoes").get(id=change_id)
    if row.state == "confirmed":
        return
    if row.state != "draft":
        raise ChangeOver
    facts = read_facts(list(standings.values()))
    base = _base(facts, order_id, other_id)
    if version(base) != row.base_version:
        raise ChangeStale(_differences(row.base, to_builtins(base)))
    wish = _wish_of(row)
    allow(actor, kind, card=wish.card)
    plan = _planned(wish, standings, facts, order_id, other_id, row.undoes, now)
    effects = to_builtins(plan.effects)
    if effects != row.effects:
        raise ChangeStale(rules.differences(row.effects, effects))
    lock_planned(list(standings.values()), plan)
    _end(row, actor, "confirmed", now)
    one, other = standings[order_id], standings.get(other_id or 0)
    job = Job(
        actor=actor,
        now=now,
        row=row,
        wish=wish,
        plan=plan,
        one=one,
        facts=facts[order_id],
        other=other,
        other_facts=facts.get(other_id or 0),
    )
    APPLYING[kind](job)
    _refuse_new_shortage(job)
    OrderChange.objects.filter(id=row.id).update(other_id=row.other_id, content=row.content, sealed=None)
    _tell(job)


@command(needs=NEEDS)
def decline_change(actor: Actor, *, change_id: int, now: datetime) -> None:
    """Drop a previewed change; the order stays as it is. Raises: NotFound, ChangeOver. Emits: OrderChangeEnded."""
    row = OrderChange.objects.filter(id=change_id).first()
    if row is None:
        raise errors.NotFound(key=change_id)
    if row.state == "declined":
        return
    simulated = _locked(row.order_id, None)[row.order_id].simulated
    _end(row, actor, "declined", now)
    events.record(actor, [_ended(row, "declined", "", simulated)])


@command(needs="orders.advance")
def lapse_changes(actor: Actor, *, now: datetime) -> int:
    """Let previews lapse that nobody decided in time, or whose orders are over. Returns how many.

    Emits: OrderChangeEnded.
    """
    drafts = OrderChange.objects.filter(state="draft")
    before = now - timedelta(hours=int(parameters.value(DRAFT_H)))
    over = drafts.filter(order__state__in=("cancelled", "completed"))
    return _lapse(actor, over, "moved_on", now) + _lapse(actor, drafts.filter(proposed_at__lt=before), "too_old", now)


def _locked(order_id: int, other_id: int | None) -> dict[int, Standing]:
    """Lock the orders of a change in id order. Raises: NotFound."""
    wanted = [order_id, *([other_id] if other_id else [])]
    found = lock_orders(wanted)
    for id_ in wanted:
        if id_ not in found:
            raise errors.NotFound(key=id_)
    return found


def _undone(order_id: int, wish: Wish) -> OrderChange:
    """Find the merge that is to be undone. Raises: UnfitWish."""
    row = OrderChange.objects.filter(id=wish.undoes, order_id=order_id, kind="merge", state="confirmed").first()
    if row is None or OrderChange.objects.filter(undoes=row, state="confirmed").exists():
        raise UnfitWish(why=_("there is no merge of this order to take apart."))
    return row


def _other_id(wish: Wish, undone: OrderChange | None) -> int | None:
    if undone is not None:
        return undone.other_id
    if wish.kind != "merge":
        return None
    try:
        return id_of(wish.other_number.strip())
    except errors.NotFound as cause:
        raise UnfitWish(why=_("there is no order %(number)s.") % {"number": wish.other_number}) from cause


def _planned(
    wish: Wish,
    standings: Mapping[int, Standing],
    facts: Mapping[int, Facts],
    order_id: int,
    other_id: int | None,
    undone: OrderChange | None,
    now: datetime,
) -> Plan:
    """Ask the rules whether the change is possible, and compute it. Raises: NotChangeable, NotOffered, UnfitWish."""
    for id_ in (order_id, *([other_id] if other_id else [])):
        its = facts[id_]
        if wish.kind == "unmerge" and id_ == other_id:
            if Order.objects.filter(id=id_, state="cancelled", cancel_cause=MERGED, merged_into_id=order_id).exists():
                continue
            raise NotChangeable(why=change_words.hindrance("order_over"))
        if why := rules.hindrance(wish.kind, its.state, its.fulfilment_state, its.looks):
            raise NotChangeable(why=change_words.hindrance(why))
    rule = refuse_by_rules(order_id, kind=wish.kind, cause=wish.cause, reason=wish.reason)
    if wish.kind == "merge" and other_id:
        parties = [_party(standings[id_], facts[id_]) for id_ in (order_id, other_id)]
        why_not = rules.merge_hindrance(*parties)
        if why_not:
            raise NotChangeable(why=change_words.merge_hindrance(why_not))
    plan = planned(wish, facts[order_id], standings[order_id].pool, other=facts.get(other_id or 0), undone=undone)
    plan = with_means(plan, wish, facts[order_id])
    refuse_goods_by_rules(rule, wish, facts[order_id], plan)
    refuse_short_card(wish, plan, facts[order_id].currency, now)
    return plan


def _party(one: Standing, facts: Facts) -> rules.Party:
    shop_id = Order.objects.values_list("shop_id", flat=True).get(id=one.id)
    return rules.Party(
        order_id=one.id,
        customer_id=one.customer_id,
        shop_id=shop_id,
        currency=one.currency,
        simulated=one.simulated,
        address=facts.address,
        is_settled=facts.payment_state in ("paid", "overpaid"),
    )


def _base(facts: Mapping[int, Facts], order_id: int, other_id: int | None) -> list[Facts]:
    return [facts[order_id], *([facts[other_id]] if other_id else [])]


def _differences(before: list[Any], after: list[Any]) -> dict[str, tuple[object, object]]:
    """Lay out what moved of the order, and of the other one; addresses are only said to differ."""
    found: dict[str, tuple[object, object]] = {}
    for place, (was, is_) in enumerate(zip(before, after, strict=True)):
        moved = rules.differences(was, is_)
        if "address" in moved:
            moved["address"] = ("", "")
        found |= {name if not place else f"other.{name}": sides for name, sides in moved.items()}
    return found


def _sealed(order_id: int, wish: Wish) -> bytes | None:
    """Seal a new address with the buyer's key. Raises: UnfitWish where the order names nobody."""
    if wish.kind != "address":
        return None
    customer_id = Order.objects.values_list("customer_id", flat=True).get(id=order_id)
    if customer_id is None:
        raise UnfitWish(why=_("it names nobody yet; complete it instead."))
    return personal.seal(open_key(customer_id), wish.recipient)


def _wish_of(row: OrderChange) -> Wish:
    """Read what was wanted, the sealed part with it. Raises: Erased."""
    wish = msgspec.convert({name: row.content[name] for name in Wish.__struct_fields__ if name in row.content}, Wish)
    if row.sealed is None:
        return wish
    customer_id = Order.objects.values_list("customer_id", flat=True).get(id=row.order_id)
    assert customer_id is not None
    return structs.replace(wish, recipient=personal.unseal(open_key(customer_id), row.sealed))


def _end(row: OrderChange, actor: Actor, state: str, now: datetime) -> None:
    """End an open change, by compare and set. Raises: ChangeOver."""
    values: dict[str, Any] = {"state": state, "ended_by": actor.id, "ended_at": now}
    if state != "confirmed":  # what is being confirmed still reads the new address
        values["sealed"] = None
    if not OrderChange.objects.filter(id=row.id, state="draft").update(**values):
        raise ChangeOver


def _lapse(actor: Actor, drafts: Any, lapse: str, now: datetime) -> int:
    """Let drafts lapse and tell so; one that somebody decides at this moment is waited for and left to them.

    Locks: the drafts, in the order of their orders.
    """
    rows = list(drafts.select_related("order").order_by("order_id").select_for_update(of=("self",)))
    OrderChange.objects.filter(id__in=[row.id for row in rows]).update(
        state="lapsed", lapse=lapse, ended_by=actor.id, ended_at=now, sealed=None
    )
    events.record(actor, [_ended(row, "lapsed", lapse, row.order.simulated) for row in rows])
    return len(rows)


def _ended(row: OrderChange, outcome: str, lapse: str, simulated: bool) -> OrderChangeEnded:
    return OrderChangeEnded(
        order_id=row.order_id, change_id=row.id, change=row.kind, outcome=outcome, lapse=lapse, simulated=simulated
    )


def _refuse_new_shortage(job: Job) -> None:
    """Refuse a change after which goods are short that the preview had: somebody took them in this very moment.

    What is free was read before the promises were locked. Raises: ChangeStale, whereupon nothing is changed.
    """
    effects = job.plan.effects
    expected = {job.one.id: any(one.missing for one in effects.stock)}
    if job.other is not None:
        expected[job.other.id] = bool(effects.other and effects.other.missing)
    short = Order.objects.filter(id__in=expected, fulfilment_state="short").values_list("id", flat=True)
    before = job.facts.fulfilment_state == "short" and job.wish.kind in ("address", "service", "cancel")
    if any(not expected[id_] for id_ in short) and not before:
        raise ChangeStale({"stock": ("", "")})


def _tell(job: Job) -> None:
    """Announce the change of each order it touched, and take back offers nobody needs any more."""
    ids = [job.one.id, *([job.other.id] if job.other else [])]
    now_ = lock_orders(ids)
    numbers = dict(Order.objects.filter(id__in=ids).values_list("id", "number"))
    told = []
    for id_ in ids:
        other = next((each for each in ids if each != id_), 0)
        before = job.facts if id_ == job.one.id else job.other_facts
        told.append(
            OrderChanged(
                order_id=id_,
                change_id=job.row.id,
                change=job.row.kind,
                reason=job.reason,
                set_aside=before is not None and before.fulfilment_state in SET_ASIDE,
                approved=now_[id_].state == "approved",
                other_order_id=other,
                other_number=numbers.get(other, ""),
                simulated=now_[id_].simulated,
            )
        )
    events.record(job.actor, told)
    done = [id_ for id_ in ids if not waits_for_goods(now_[id_])]
    withdraw_offers(SYSTEM, order_ids=done, why="ended", now=job.now)
