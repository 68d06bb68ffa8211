"""Put their shop into Steward by Steward's own commands: goods, buyers, cards, orders with their money, deliveries.

Which of theirs becomes which of ours stands in bench/tau2.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from bench import _tau2_policy as policy
from bench._tau2_model import cents
from steward.kernel.actor import system
from steward.modules.catalog import commands as catalog
from steward.modules.customers.commands.addresses import keep_address
from steward.modules.customers.rules.buyers import Address
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import open_warehouse
from steward.modules.orders.commands.audit import approve_orders
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.commands.intake import Intake
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.commands.receive import receive_orders
from steward.modules.orders.models import Order
from steward.modules.orders.rules.drafts import BuyerDraft, LineDraft, OrderDraft, PaymentDraft, RecipientDraft
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.rules.wallets import CARDS
from tests import make

Row = dict[str, Any]
BENCH = system("bench")
PLENTY = 500  # of what their catalogue says is there
AT_ONCE = 500
AGO = timedelta(days=10)
COUNTRIES = {"USA": "US"}


class Loaded(Struct):
    """What became of their rows: their order → (our id, our number), their user → our customer."""

    orders: dict[str, tuple[int, str]] = {}
    users: dict[str, int] = {}


def load(world: Row, now: datetime) -> Loaded:
    """Load a world; the rules are put in force first."""
    policy.set_up(make.administrator(), now)
    catalog.open_shop(
        BENCH, code=policy.SHOP, name="Retail", platform="own", currency=policy.CURRENCY, country="US",
        time_zone="America/New_York",
    )  # fmt: skip
    _load_goods(world)
    loaded = Loaded()
    for part in _parts(list(world["orders"].values())):
        _load_orders(world, part, loaded, now)
    _move_on(world, loaded, now)
    _load_users(world, loaded, now)
    return loaded


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _load_goods(world: Row) -> None:
    """Put every variant into the catalogue as an item of its product's family, and what is there on the shelf."""
    sold_in = (order for order in world["orders"].values() if order["status"] != "cancelled")
    sold = Counter(item["item_id"] for order in sold_in for item in order["items"])
    items, on_shelf = [], {}
    for product_id, product in world["products"].items():
        for item_id, variant in product["variants"].items():
            name = f"{product['name']} {' '.join(map(str, variant['options'].values()))}"[:200]
            price_minor = cents(variant["price"])
            items.append(
                catalog.ItemDraft(
                    sku=item_id,
                    name_zh=name,
                    name_en=name,
                    price_minor=price_minor,
                    currency=policy.CURRENCY,
                    family=product_id,
                )
            )
            on_shelf[item_id] = sold[item_id] + (PLENTY if variant["available"] else 0)
    made = catalog.create_items(BENCH, items=items)
    open_warehouse(BENCH, code="bench", name="Bench", district_code="330106")
    moves = [MovementDraft("bench", made[sku], "received", pieces) for sku, pieces in on_shelf.items() if pieces]
    record_movements(BENCH, movements=moves)


def street_of(address: Row) -> str:
    """Write their two lines of an address as one."""
    return ", ".join(part for part in (address["address1"], address["address2"]) if part)


def recipient_of(name: str, address: Row) -> RecipientDraft:
    """Return where a parcel goes."""
    return RecipientDraft(
        name=name,
        country=COUNTRIES[address["country"]],
        province=address["state"],
        city=address["city"],
        street=street_of(address),
        postcode=address["zip"],
    )


def _draft(world: Row, order: Row, now: datetime) -> OrderDraft:
    user = world["users"][order["user_id"]]
    name = f"{user['name']['first_name']} {user['name']['last_name']}"
    placed_at = now - (AGO if order["status"] in ("delivered", "processed") else timedelta(hours=1))
    moved: dict[str, list[PaymentDraft]] = {"payment": [], "refund": []}
    for place, row in enumerate(order["payment_history"]):
        means = row["payment_method_id"]
        provider = CARDS if user["payment_methods"][means]["source"] == "gift_card" else "till"
        moved[row["transaction_type"]].append(
            PaymentDraft(f"{order['order_id']}-{place}", cents(row["amount"]), placed_at, provider, means)
        )
    return OrderDraft(
        shop=policy.SHOP,
        external_number=order["order_id"],
        placed_at=placed_at,
        currency=policy.CURRENCY,
        lines=[LineDraft(item["item_id"], 1, cents(item["price"])) for item in order["items"]],
        buyer=BuyerDraft(external_id=order["user_id"], name=name, email=user["email"]),
        recipient=recipient_of(name, order["address"]),
        payments=moved["payment"],
        refunds=moved["refund"],
        not_supplied=["phone"],
    )


def _load_orders(world: Row, orders: Sequence[Row], loaded: Loaded, now: datetime) -> None:
    """Take orders in with what was paid, and let them go as far as a checker lets them."""
    intakes = [Intake(draft=_draft(world, order, now), source="bulk") for order in orders]
    receipts = receive_orders(BENCH, intakes=intakes, now=now)
    bad = [(order["order_id"], one.findings) for order, one in zip(orders, receipts, strict=True) if not one.order_id]
    if bad:
        raise SystemExit(f"not taken in: {bad[:3]}")
    loaded.orders |= {
        order["order_id"]: (one.order_id, one.number) for order, one in zip(orders, receipts, strict=True)
    }
    ids = [one.order_id for one in receipts]
    advance_orders(BENCH, order_ids=ids, now=now)
    waiting = list(Order.objects.filter(id__in=ids, state="audit").values_list("id", flat=True))
    approve_orders(make.checker_chen(), order_ids=waiting, now=now)


def _move_on(world: Row, loaded: Loaded, now: datetime) -> None:
    """Bring orders to where theirs stand: handed over, delivered. Those given back at the source came in cancelled."""
    states: dict[str, list[int]] = {}
    for order_id, order in world["orders"].items():
        states.setdefault(order["status"], []).append(loaded.orders[order_id][0])
    for after, wanted in (("shipped", ("processed", "delivered")), ("delivered", ("delivered",))):
        moved = {id_: after for state in wanted for id_ in states.get(state, ())}
        done = follow_fulfilment(BENCH, states=moved, now=now - timedelta(days=1))
        if len(done) != len(moved):
            raise SystemExit(f"{len(moved) - len(done)} orders could not be {after}")


def _load_users(world: Row, loaded: Loaded, now: datetime) -> None:
    """Keep each buyer's own address, and what their gift cards hold."""
    of_order = dict(Order.objects.values_list("external_number", "customer_id"))
    cards = []
    for order in world["orders"].values():
        loaded.users.setdefault(order["user_id"], of_order[order["order_id"]])
    for user_id, customer_id in loaded.users.items():
        user = world["users"][user_id]
        keep_address(BENCH, customer_id=customer_id, address=address_of(user["address"]), now=now)
        for means, row in user["payment_methods"].items():
            if row["source"] == "gift_card":
                cards += _card(means, cents(row["balance"]))
    post_wallets(BENCH, postings=cards, now=now)


def _card(code: str, minor: int) -> list[Posting]:
    """Say how a card came to hold so much; one that holds nothing any more was used up."""
    facts: dict[str, Any] = {"kind": "card", "currency": policy.CURRENCY, "code": code, "kept_here": True}
    sold = Posting(reference=f"sold:{code}", amount=minor or 1, **facts)
    return [sold] if minor else [sold, Posting(reference=f"used:{code}", amount=-1, cause="redemption", **facts)]


def address_of(address: Row) -> Address:
    """Return one of their addresses as ours."""
    return Address(
        country=COUNTRIES[address["country"]],
        province=address["state"],
        city=address["city"],
        street=street_of(address),
        postcode=address["zip"],
    )
