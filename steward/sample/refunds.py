"""Give money back in every way it can go, note what providers told, and compare a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.approvals import commands as approvals
from steward.modules.approvals import queries as approval_queries
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.orders import queries as orders
from steward.modules.orders.commands.money_back import ask_refund
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands as payments
from steward.modules.payments import queries
from steward.modules.payments.ports import Answer, Fate, StatedRow
from steward.sample.people import SYSTEM, Crew

PROVIDER, SHOP = "jdpay", "jd"
# Nobody answers there: nothing of a demonstration leaves this machine, and one provider is seen to be down.
ADDRESS = "https://127.0.0.1:9/sandbox"
NAMES = {"alipay": ("支付宝", "tmall"), "wechatpay": ("微信支付", "own"), "douyinpay": ("抖音支付", "douyin")}
HALF_AN_HOUR = timedelta(minutes=30)


class Told(Struct, frozen=True):
    """What the provider said of one refund, and by how much its amount was off."""

    fate: Fate
    off_minor: int = 0
    code: str = ""


STORIES = (
    ("goodwill", "物流延迟两天，补偿运费", 2_000, Told("succeeded")),
    ("goodwill", "包装破损，客户同意部分退款", 3_500, Told("succeeded")),
    ("mistake", "优惠券漏用，退差价", 1_500, Told("pending")),
    ("goodwill", "颜色发错，客户留用", 2_800, Told("unclear", code="TimeoutError")),
    ("mistake", "重复收取运费", 1_200, Told("refused", code="not_enough_money")),
    ("goodwill", "配件缺失，补偿", 2_600, Told("succeeded", off_minor=-100)),
)


def give_back(crew: Crew, order_ids: Sequence[int], now: datetime) -> int:
    """Make refunds in all their states, on orders that were paid. Returns how many requests were made."""
    _register(crew)
    paid = _paid(order_ids, SHOP)
    agent, finance = crew.someone("customer_service"), crew.someone("finance")
    made = 0
    for (cause, reason, amount_minor, told), order_id in zip(STORIES, paid, strict=False):
        _ask(agent, order_id, cause, reason, amount_minor, now - 2 * HALF_AN_HOUR)
        _tell(told, now - HALF_AN_HOUR)
        made += 1
    made += _decided(agent, finance, list(_paid(order_ids))[::-1], list(paid), now)
    for order_id in list(_paid(order_ids, "tmall"))[:2]:
        _ask(agent, order_id, "goodwill", "到货晚于承诺，补偿", 1_000, now - HALF_AN_HOUR)
        made += 1
    _hear(now)
    _compare(finance, now)
    return made


def _register(crew: Crew) -> None:
    administrator = crew.first("administrator")
    for code, (name, shop) in NAMES.items():
        payments.register_provider(administrator, code=code, name=name, shops=[shop])
    payments.register_provider(administrator, code=PROVIDER, name="京东支付", shops=[SHOP])
    payments.connect_provider(administrator, code=PROVIDER, connector="signed_http", address=ADDRESS)


def _paid(order_ids: Sequence[int], *shops: str) -> Iterator[int]:
    """Yield orders of some shops (none named: of all) that are approved and wholly paid."""
    for order_id in order_ids:
        order = orders.order_detail(order_id).order
        fits = (order.state, order.payment_state) == ("approved", "paid")
        if fits and (order.shop_code in shops or not shops):
            yield order_id


def _ask(actor: Actor, order_id: int, cause: str, reason: str, amount_minor: int, at: datetime) -> list[str]:
    order = facts_of([order_id])[0]
    left_minor = queries.left_to_refund(order_id, order.currency)
    amount_minor = min(amount_minor, left_minor)
    asked = ask_refund(actor, order_id=order_id, cause=cause, amount_minor=amount_minor, reason=reason, now=at)
    return asked.numbers


def _tell(told: Told, at: datetime) -> None:
    """Let the worker send what waits, and the provider say one thing about it."""
    for errand in payments.claim_refunds(SYSTEM, now=at):
        order = errand.order
        paid = told.fate in ("succeeded", "pending")
        answer = Answer(
            fate=told.fate,
            transaction=f"50300{order.key[-6:]}" if paid else "",
            amount_minor=order.amount_minor + told.off_minor if paid else 0,
            currency=order.currency if paid else "",
            happened_at=at if paid else None,
            code=told.code,
        )
        payments.record_answer(SYSTEM, number=order.key, answer=answer, now=at)


def _decided(agent: Actor, finance: Actor, every: Sequence[int], told: Sequence[int], now: datetime) -> int:
    """Leave one to approve, refuse one, call one off, and let one wait for its turn."""
    big = sorted(every, key=lambda id_: -orders.order_detail(id_).order.total_minor)[:2]
    small = [order_id for order_id in told if order_id not in big][:2]
    for place, order_id in enumerate(big):
        number = _ask(agent, order_id, "return", "客户退回全部商品", 10**12, now - 2 * HALF_AN_HOUR)[0]
        asked = queries.refund(number).approval_id
        if place and asked is not None:
            note = "退货尚未入库，请验收后再申请"
            _refuse(finance, asked, note, now - HALF_AN_HOUR)
    for place, order_id in enumerate(small):
        number = _ask(agent, order_id, "goodwill", "赠品漏发", 900, now - HALF_AN_HOUR)[0]
        if place:
            payments.withdraw_refund(agent, number=number, reason="客户改为补发赠品", now=now - HALF_AN_HOUR)
    return len(big) + len(small)


def _refuse(finance: Actor, approval_id: int, note: str, at: datetime) -> None:
    """Refuse, and let the refund follow at once, as a worker would."""
    approvals.decide(finance, approval_id=approval_id, verdict="refuse", reason=note, now=at)
    view = approval_queries.approval(approval_id)
    if view is not None:
        settled = ApprovalSettled(
            approval_id=view.id,
            kind=view.kind,
            about_kind=view.subject_kind,
            about_id=view.subject_id,
            outcome=view.state,
            reason=note,
        )
        payments.follow_approvals(SYSTEM, settled=[settled], now=at)


def _hear(now: datetime) -> None:
    """Let two payments be reported whose orders have not come in, and one that is forged."""
    provider = queries.get_provider(PROVIDER)
    for place in (1, 2):
        data = payments.CallbackData(
            transaction=f"420000{place:06}",
            amount_minor=19_900 * place,
            currency="CNY",
            paid_at=now - HALF_AN_HOUR,
            shop=SHOP,
            external_number=f"W-LATE-{place}",
        )
        payments.receive_callback(
            SYSTEM,
            provider=provider,
            message_id=f"msg_late_{place}",
            body=payments.CallbackBody("payment.succeeded", data),
            order=None,
            now=now - HALF_AN_HOUR,
        )
    reason = "No matching signature found"
    payments.refuse_callback(SYSTEM, provider=provider, message_id="msg_forged", reason=reason, now=now)


def _compare(finance: Actor, now: datetime) -> None:
    """Take in a statement that agrees but for three movements."""
    since = now - timedelta(days=1)
    ours = queries.entries_between(PROVIDER, since, now)
    rows = [
        StatedRow(
            direction="refund" if entry.direction == "refund" else "payment",
            transaction=entry.transaction,
            amount_minor=entry.amount_minor - (50 if place == 0 else 0),
            currency=entry.currency,
            happened_at=entry.happened_at,
        )
        for place, entry in enumerate(ours)
        if place != 1
    ]
    strange = StatedRow(
        direction="payment", transaction="4200009999", amount_minor=8_800, currency="CNY", happened_at=since
    )
    payments.import_statement(
        finance,
        provider=PROVIDER,
        rows=[*rows, strange],
        name="京东支付对账单.csv",
        now=now,
        starts_at=since,
        ends_at=now + timedelta(seconds=1),
    )
