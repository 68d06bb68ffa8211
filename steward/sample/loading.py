"""Load the sample merchant into an empty database, by commands alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct

from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import create_items
from steward.modules.deadlines.commands import SWEEP_LIMIT, sweep_due
from steward.modules.orders import queries as orders
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.commands.reveal import reveal_order
from steward.modules.orders.rules.drafts import OrderDraft
from steward.modules.payments.commands import register_provider
from steward.modules.people import queries as people
from steward.modules.people.commands import issue_token
from steward.sample import (
    after_sales,
    allocation,
    carriers,
    checks,
    clearing,
    compensation,
    complaints,
    desk,
    exceptions,
    exchanges,
    files,
    goods,
    live,
    messages,
    offers,
    past,
    quality,
    refunds,
    repairs,
    same_people,
    shipping,
    staffing,
    stock,
    stocktakes,
    supply,
    suspects,
    visits,
    work,
)
from steward.sample import cases as aftermath
from steward.sample.buyers import Public
from steward.sample.people import SYSTEM, Crew

SEED, PAST, LIVE = 2026, 1_500, 250
LOOKED_INTO = 3
TOKEN_MAY = ("orders.view", "orders.enter", "stock.view")

Say = Callable[[str], None]


class Loaded(Struct):
    """What there is now, and the two secrets that are shown this once."""

    staff: int = 0
    items: int = 0
    past_orders: int = 0
    live_orders: int = 0
    dealt_with: int = 0
    refunds: int = 0
    imported: int = 0
    rejected: int = 0
    token: str = ""
    callback_secret: str = ""


class Plan(Struct):
    """Every order of the sample, from one seed."""

    public: Public
    past: list[OrderDraft]
    live: list[live.Planned]


def is_empty() -> bool:
    """Tell whether nobody works here yet and no order ever came in."""
    if people.staff_list(with_former=True):
        return False
    return not orders.orders_page(orders.OrderFilters(), after=None, limit=1).rows


def planned(*, now: datetime, seed: int, past_count: int, live_count: int) -> Plan:
    """Draw every order; the same seed and moment give the same orders."""
    public = Public(Random(f"{seed}:public"), past_count + live_count)
    return Plan(
        public,
        past.orders(Random(f"{seed}:past"), public, now, past_count),
        live.orders(Random(f"{seed}:live"), public, now, live_count),
    )


def load(*, now: datetime, say: Say, seed: int = SEED, past_count: int = PAST, live_count: int = LIVE) -> Loaded | None:
    """Load everything into an empty database; None, and nothing done, where there are staff or orders already."""
    if not is_empty():
        return None
    now = now.replace(microsecond=0)
    loaded, crew = Loaded(), Crew()
    say("letting the staff in")
    loaded.staff = crew.let_in()
    say("making teams, rosters and calendars")
    staffing.set_up(crew, now)
    _set_up(crew, loaded)
    say("filling the warehouses")
    item_ids = create_items(crew.first("order_clerk"), items=goods.catalogue())
    loaded.items = len(item_ids)
    after_sales.set_up(crew)
    stock.fill(crew, Random(f"{seed}:stock"), item_ids, now)
    say("engaging carriers")
    carriers.engage(crew.first("logistics_coordinator"), Random(f"{seed}:carriers"), now)
    plan = planned(now=now, seed=seed, past_count=past_count, live_count=live_count)
    supply.plan(crew, item_ids, plan.past, now)
    say(f"taking in {past_count} past orders")
    loaded.past_orders = _take_past(plan.past, now)
    say(f"taking in {live_count} orders of the last three days, and what the staff made of them")
    cases = _take_live(crew, plan.live, now)
    loaded.live_orders = len(cases)
    loaded.dealt_with = work.deal_with(crew, [case for case in cases if case.planned.act_at], now)
    _look_into(crew, cases)
    say("holding what looks like fraud")
    suspects.bring(crew, Random(f"{seed}:suspects"), plan.public, now)
    say("giving money back, and comparing a statement")
    loaded.refunds = refunds.give_back(crew, [case.order_id for case in cases], now)
    say("offering alternatives where goods are short")
    offers.make(crew, now)
    say("telling buyers and staff")
    messages.tell(crew, now)
    say("importing two files")
    tallies = files.take_in(crew.someone("order_clerk"), Random(f"{seed}:files"), plan.public, now)
    loaded.imported = sum(tally.created for tally in tallies)
    loaded.rejected = sum(tally.rejected for tally in tallies)
    while sweep_due(SYSTEM, now=now) == SWEEP_LIMIT:
        continue
    say("setting goods aside, at once and in a wave")
    allocation.set_aside(crew, now)
    say("packing and sending, and hearing carriers")
    shipping.send(crew, Random(f"{seed}:shipping"), now)
    say("noticing who is the same person, and opening service stations")
    same_people.notice(crew, [*plan.past, *(one.draft for one in plan.live)], now)
    visits.receive(crew, Random(f"{seed}:visits"), now)
    visits.miss(now)
    say("clearing what does not sell")
    clearing.clear(crew, item_ids, now)
    say("counting stock")
    stocktakes.count(crew, Random(f"{seed}:stocktakes"), now)
    say("finding what went wrong")
    exceptions.happen(crew, [case.order_id for case in cases], now)
    _serve(crew, cases, now, say)
    return loaded


def _serve(crew: Crew, cases: list[work.Case], now: datetime, say: Say) -> None:
    """Let customers write and be answered, complain and be asked, and the desk be looked at."""
    say("answering customers")
    desk.talk(crew, cases, now)
    say("hearing complaints, and asking whether customers are satisfied")
    complaints.hear(crew, now)
    say("reviewing how customers were answered")
    quality.review(crew, now)
    say("opening cases of after-sales")
    exchanges.open_some(crew, now)
    aftermath.open_some(crew, now)
    say("repairing")
    repairs.mend(crew, now)
    say("making good, out of budgets")
    compensation.set_up(crew, now)
    compensation.give(crew, now)
    say("trying other rules of returns on past cases")
    after_sales.try_proposal(crew, now)


def _set_up(crew: Crew, loaded: Loaded) -> None:
    """Register who pays through us in the demonstration, and a program that may send orders."""
    administrator = crew.first("administrator")
    loaded.callback_secret = register_provider(
        administrator, code="sandbox", name="沙箱支付", shops=[shop.code for shop in catalog.shops()]
    )
    issued = issue_token(administrator, name="品牌商城接口", permissions=TOKEN_MAY, scopes=["own"])
    loaded.token = issued.secret


def _take_past(drafts: list[OrderDraft], now: datetime) -> int:
    """Take the past in month by month, as if each had come at its month's end."""
    created = 0
    for batch in past.batches(drafts):
        intakes = [Intake(draft=draft, source="sample", historic=True) for draft in batch]
        at = min(batch[-1].placed_at + timedelta(days=4), now)
        created += sum(receipt.outcome == "created" for receipt in receive_orders(SYSTEM, intakes=intakes, now=at))
    return created


def _take_live(crew: Crew, planned_orders: list[live.Planned], now: datetime) -> list[work.Case]:
    """Take in batch by batch what came in, each moved on as far as the rules allow."""
    cases = []
    for batch in live.batches(planned_orders, now):
        at = batch[-1].arrives_at
        intakes = [
            Intake(
                draft=one.draft, source=one.source, actor=crew.someone("order_clerk") if one.source == "form" else None
            )
            for one in batch
        ]
        receipts = receive_orders(SYSTEM, intakes=intakes, now=at)
        created = [(one, receipt) for one, receipt in zip(batch, receipts, strict=True) if receipt.outcome == "created"]
        soon = min(at + timedelta(seconds=20), now)
        advance_orders(work.ORDERS, order_ids=[receipt.order_id for _one, receipt in created], now=soon)
        for one, receipt in created:
            if one.source == "form":
                checks.keep_message(crew, receipt.order_id, one.draft, soon)
        cases += [_case(one, receipt, soon) for one, receipt in created]
    return cases


def _case(one: live.Planned, receipt: Receipt, not_before: datetime) -> work.Case:
    """Name when an order is dealt with: never before it was there."""
    return work.Case(receipt.order_id, one, max(one.act_at or not_before, not_before))


def _look_into(crew: Crew, cases: list[work.Case]) -> None:
    """Let customer service look at a few addresses, which is recorded."""
    for case in cases[:: max(len(cases) // LOOKED_INTO, 1)][:LOOKED_INTO]:
        reveal_order(crew.someone("customer_service"), order_id=case.order_id, reason="客户来电核对收货地址")
