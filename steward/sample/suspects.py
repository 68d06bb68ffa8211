"""Orders that screening holds: a ring that shares a device, haste after signing up, a blocked phone; and the lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from steward.kernel.actor import Actor
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.commands.screening_deciding import reject_hold, release_hold
from steward.modules.orders.commands.screening_lists import add_entry, list_from_order
from steward.modules.orders.rules.drafts import OrderDraft, OriginDraft
from steward.sample import baskets
from steward.sample.buyers import Public
from steward.sample.past import ZONE
from steward.sample.people import SYSTEM, Crew
from steward.sample.work import ORDERS

RING, RING_DEVICE, RING_ADDRESS = 6, "ios-9f3a77c210", "203.0.113.77"
BLOCKED_PHONE, FORWARDING = "13900009999", "广东省深圳市宝安区福永街道转运仓 3 号库"


def bring(crew: Crew, rng: Random, public: Public, now: datetime) -> int:
    """Take in the suspects, list some values, and decide about a few holds. Returns how many orders came in."""
    manager, checker = crew.first("after_sales_manager"), crew.first("order_checker")
    early = now - timedelta(hours=30)
    _list(manager, "block", "phone", BLOCKED_PHONE, "多次拒付，电话为空号", early)
    _list(manager, "forwarding", "address", FORWARDING, "转运仓，实际收件人不明", early)
    ids: list[int] = []
    for place in range(RING):
        at = now - timedelta(hours=20) + timedelta(minutes=35 * place)
        origin = OriginDraft(device_id=RING_DEVICE, ip=RING_ADDRESS, payment_account=f"alipay-88{place // 2}01")
        ids.append(_take(rng, public, f"R{place}", at, origin))
    hasty = OriginDraft(device_id="android-51c0", registered_at=now - timedelta(hours=3, seconds=25))
    ids.append(_take(rng, public, "H1", now - timedelta(hours=3), hasty))
    second = OriginDraft(device_id="android-77e2", registered_at=now - timedelta(hours=9, seconds=40))
    ids.append(_take(rng, public, "H2", now - timedelta(hours=9), second))
    ids.append(_take(rng, public, "B1", now - timedelta(minutes=40), OriginDraft(), phone=BLOCKED_PHONE))
    reject_hold(checker, order_id=ids[4], reason="六个账号共用一台设备，电话均无人接听", now=now - timedelta(hours=16))
    release_hold(
        checker, order_id=ids[7], reason="已致电客户，本人新注册购买", now=now - timedelta(hours=8, minutes=30)
    )
    list_from_order(
        manager, order_id=ids[4], purpose="block", kinds=["device"], reason="团伙设备", until=now + timedelta(days=90),
        now=now - timedelta(hours=15),
    )  # fmt: skip
    list_from_order(
        manager, order_id=ids[7], purpose="allow", kinds=["customer"], reason="核实过的客户", until=None,
        now=now - timedelta(hours=8),
    )  # fmt: skip
    return len(ids)


def _list(actor: Actor, purpose: str, kind: str, value: str, reason: str, at: datetime) -> None:
    add_entry(actor, purpose=purpose, kind=kind, value=value, reason=reason, until=None, now=at)


def _take(rng: Random, public: Public, mark: str, at: datetime, origin: OriginDraft, *, phone: str = "") -> int:
    """Take one paid order of the own shop in at its time, and let the rules look at it."""
    draft = _draft(rng, public, mark, at, phone)
    draft.origin = origin
    receipt = receive_orders(SYSTEM, intakes=[Intake(draft=draft, source="sample")], now=at)[0]
    advance_orders(ORDERS, order_ids=[receipt.order_id], now=at + timedelta(seconds=20))
    return receipt.order_id


def _draft(rng: Random, public: Public, mark: str, at: datetime, phone: str) -> OrderDraft:
    person, _shop = public.draw(rng)
    wanted = baskets.lines(rng, at.astimezone(ZONE).month)
    draft = baskets.order(rng, person, "own", number=f"{at:%y%m%d}S{mark}", placed_at=at, wanted=wanted)
    draft.buyer.external_id = f"own-{mark}-{rng.randrange(10**6)}"
    draft.buyer.phone, draft.buyer.email = "", ""
    if phone:
        draft.recipient.phone = phone
    draft.payments = [baskets.payment(draft)]
    return draft
