"""The cast of every story and the things they work with, made by the commands people use.

The cast: clerk Lin enters orders, checker Chen audits them, agent Wang answers customers, manager Zhao decides and sets
limits, customer Mei buys, outsider Sam has an account and no role.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from steward.kernel import tasks
from steward.kernel.actor import Actor, system
from steward.modules.catalog import commands as catalog
from steward.modules.inventory.commands.clearing import CostDraft, set_costs
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import open_warehouse
from steward.modules.orders.commands import verification_deciding
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.rules.drafts import BuyerDraft, LineDraft, OrderDraft, PaymentDraft, RecipientDraft
from steward.modules.payments import commands as payments
from steward.modules.payments.commands import providers
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.people import commands as people
from steward.modules.people import queries as who

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
PASSWORD = "a long enough sentence 1"
TESTER = system("tests")
SHIFTS = {"early": ("早班", 480, 960), "late": ("晚班", 960, 1440), "night": ("夜班", 0, 480)}
ROLES = {
    "lin": ("林芳", ["order_clerk"]),
    "chen": ("陈宇", ["order_checker"]),
    "wang": ("王丽", ["customer_service"]),
    "zhao": ("赵敏", ["after_sales_manager"]),
    "admin": ("管理员", ["administrator"]),
    "sam": ("Sam", []),
}


def staff(username: str, *, locale: str = "zh-hans") -> Actor:
    """Let one of the cast in (once) and return them as the actor they are."""
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        name, roles = ROLES[username]
        people.create_staff(TESTER, username=username, name=name, password=PASSWORD, role_codes=roles, locale=locale)
        user = get_user_model().objects.get(username=username)
    return who.actor_for_staff(user)


clerk_lin = partial(staff, "lin")
checker_chen = partial(staff, "chen")
agent_wang = partial(staff, "wang")
manager_zhao = partial(staff, "zhao")
administrator = partial(staff, "admin")
outsider_sam = partial(staff, "sam")


def browser(username: str, *, locale: str = "zh-hans") -> Client:
    """Return a browser in which one of the cast is signed in."""
    staff(username, locale=locale)
    client = Client()
    client.force_login(
        get_user_model().objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def token(*permissions: str, scopes: list[str] | None = None, owner: str = "admin") -> str:
    """Give a program a key that one of the cast answers for; return what it sends as its bearer token."""
    issued = people.issue_token(
        administrator(),
        name="shop",
        permissions=list(permissions),
        scopes=scopes or [],
        expires_at=None,
        staff_id=staff(owner).staff_id,
    )
    return issued.secret


def program(*permissions: str) -> Actor:
    """Return a program as the actor it is; the administrator owns its key."""
    actor = who.actor_for_token(token(*permissions))
    assert actor is not None
    return actor


def team(code: str = "service", *, usernames: tuple[str, ...] = ("wang",), minimum_on_duty: int = 1) -> int:
    """Make a team of some of the cast, with shifts round the clock and Zhao as its manager; return its id."""
    manager = manager_zhao().staff_id
    draft = people.TeamDraft(name="客服一组", manager_id=manager, minimum_on_duty=minimum_on_duty)
    team_id = people.save_team(TESTER, code=code, draft=draft)
    for shift, (name, start, end) in SHIFTS.items():
        shift_draft = people.ShiftDraft(name=name, start_min=start, end_min=end)
        people.save_shift(TESTER, team_code=code, code=shift, draft=shift_draft)
    members = [people.MemberDraft(staff(username).staff_id or 0) for username in usernames]
    people.set_team_members(TESTER, team_code=code, members=members)
    return team_id


def duty(username: str, shift: str, on: date, *, team_code: str = "service") -> int:
    """Put one of the cast on duty; return the duty's id."""
    drafts = [people.DutyDraft(staff(username).staff_id or 0, shift, on)]
    planned = people.plan_duties(TESTER, team_code=team_code, drafts=drafts)[0]
    assert planned.duty_id is not None
    return planned.duty_id


def item(sku: str = "TENT-2", *, price_minor: int = 19_900, stock: int = 0, **facts: Any) -> int:
    """Put an item into the catalogue, with goods on the shelf where wanted; return its id."""
    draft = catalog.ItemDraft(sku=sku, name_zh="双人帐篷", name_en="Tent for two", price_minor=price_minor, **facts)
    made = catalog.create_items(TESTER, items=[draft])
    if stock:
        arrival(made[sku], stock)
    return made[sku]


def cost(*skus: str, minor: int = 100) -> None:
    """Let finance say what items cost, so that small corrections by hand go at once."""
    set_costs(system("finance"), costs=[CostDraft(sku, minor, "CNY") for sku in skus or ["TENT-2"]], now=NOW)


def arrival(item_id: int, quantity: int, *, warehouse: str = "hangzhou") -> None:
    """Let goods arrive in a warehouse of the main pool."""
    open_warehouse(TESTER, code=warehouse, name="杭州仓", district_code="330106")
    record_movements(
        TESTER, movements=[MovementDraft(warehouse=warehouse, item_id=item_id, kind="received", quantity=quantity)]
    )


def arrival_of_lots(item_id: int, lots: Mapping[str, date], *, quantity: int = 5, warehouse: str = "hangzhou") -> None:
    """Let lots with their best-before dates arrive."""
    open_warehouse(TESTER, code=warehouse, name="杭州仓", district_code="330106")
    record_movements(
        TESTER,
        movements=[
            MovementDraft(warehouse, item_id, "received", quantity, lot=lot, expires_date=expires)
            for lot, expires in lots.items()
        ],
    )


def mei() -> BuyerDraft:
    """Return customer Mei as a shop knows her."""
    return BuyerDraft(external_id="mei-88", name="梅子", phone="13812345521", email="mei@example.com")


def recipient(**changes: Any) -> RecipientDraft:
    """Return Mei's address."""
    facts: dict[str, Any] = {
        "name": "梅子",
        "phone": "13812345521",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "street": "文三路 90 号 5 幢 201 室",
    }
    return RecipientDraft(**(facts | changes))


def somebody(number: int) -> dict[str, Any]:
    """Return buyer and recipient of one of many: no two share a phone or a door, so screening sees no pattern."""
    phone = f"1370571{number:04}"
    return {
        "buyer": BuyerDraft(external_id=f"buyer-{number}", name=f"客{number}", phone=phone),
        "recipient": recipient(phone=phone, street=f"文三路 {number} 号"),
    }


def draft(number: str = "A-1", *, sku: str = "TENT-2", quantity: int = 1, **changes: Any) -> OrderDraft:
    """Return a faultless unpaid order of Mei's over one item at 199.00 yuan a piece."""
    facts: dict[str, Any] = {
        "shop": "own",
        "external_number": number,
        "placed_at": NOW,
        "currency": "CNY",
        "lines": [LineDraft(sku=sku, quantity=quantity, unit_price_minor=19_900)],
        "buyer": mei(),
        "recipient": recipient(),
    }
    return OrderDraft(**(facts | changes))


def payment(amount_minor: int = 19_900, transaction: str = "T-1") -> PaymentDraft:
    """Return a payment the shop reports."""
    return PaymentDraft(transaction=transaction, amount_minor=amount_minor, paid_at=NOW, provider="alipay")


def order(number: str = "A-1", *, actor: Actor | None = None, now: datetime = NOW, **changes: Any) -> Receipt:
    """Take an order in as a program would; return what became of it."""
    intake = Intake(draft=draft(number, **changes), source="api")
    return receive_orders(actor or TESTER, intakes=[intake], now=now)[0]


def provider(code: str = "alipay") -> str:
    """Register a payment provider that serves our own shop; return the secret it signs with."""
    return providers.register_provider(administrator(), code=code, name="支付宝", shops=["own"])


def checked(order_id: int, *, by: str = "chen") -> None:
    """Let one of the cast type an entry's critical fields again, hold the entry to be right, and agree to it."""
    verification_deciding.rekey_entry(staff(by), order_id=order_id, typed={}, now=NOW)
    verification_deciding.verify_entry(staff(by), order_id=order_id, verdict="grant", now=NOW)
    settle()


def bank_money(order_id: int, amount_minor: int, *, now: datetime = NOW) -> None:
    """Let money come in for an order by bank, wherever the order is by now; nothing follows from it yet."""
    entry = PaymentEntryDraft(
        order_id=order_id,
        amount_minor=amount_minor,
        currency="CNY",
        provider="bank",
        transaction=f"B-{order_id}",
        happened_at=now,
    )
    payments.record_payments(TESTER, entries=[entry], now=now)


def settle(*, rounds: int = 10, after: int = 0) -> int:
    """Let everything that was announced have its consequences, as a worker would, until nothing follows any more.

    `after`: the newest job that was done by then. Returns the newest that is done now.
    """
    done: set[int] = set()
    for _ in range(rounds):
        queued = ProcrastinateJob.objects.filter(status="todo", task_name=tasks.handle_events.name, id__gt=after)
        jobs = queued.exclude(id__in=done).order_by("id")
        waiting = list(jobs)
        for job in waiting:
            tasks.hand_over(**job.args)
            done.add(job.id)
        if not waiting:
            return max(done, default=after)
    raise AssertionError(f"consequences still follow after {rounds} rounds")
