"""Their actions as Steward's commands and queries, by an agent with the rights of customer service."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from bench import _tau2_policy as policy
from bench._tau2_load import Loaded, Row, street_of
from bench._tau2_model import cents
from steward.kernel.actor import Actor, system
from steward.modules.catalog import queries as catalog
from steward.modules.customers.commands.addresses import keep_address
from steward.modules.customers.queries.directory import customer_view
from steward.modules.customers.queries.own import own_data
from steward.modules.customers.queries.search import matching_customers
from steward.modules.customers.rules.buyers import Address
from steward.modules.desk.commands.opening import TicketDraft, open_tickets
from steward.modules.inventory import queries as inventory
from steward.modules.orders import queries as orders
from steward.modules.orders.commands import changing
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.queries.changes import change, possible_changes
from steward.modules.orders.queries.detail import LineView
from steward.modules.orders.rules.change_plan import LineWish, Wish
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.returns.commands.drafts import CaseDraft, Instead, Want
from steward.modules.returns.commands.exchange_cards import open_exchange_by_card
from steward.modules.returns.commands.requesting import open_cases

TILL = system("till")
WHY = "the customer asked for it"
POOL = "main"


class RefusedHere(Exception):
    """Steward answered with a refusal that is a result, not an error."""


class Wrong(Exception):
    """Steward knows something else than they do."""


class Scene(Struct):
    """Where an action is done: who does it, on which rows, when; `world` is what they know before it."""

    agent: Actor
    loaded: Loaded
    world: Row
    now: datetime


def act(scene: Scene, name: str, arguments: Mapping[str, Any]) -> None:
    """Do one action. Raises: Refusal, RefusedHere; Wrong where a look shows something else than theirs."""
    ACTIONS[name](scene, **arguments)


def _id(scene: Scene, order_id: str) -> int:
    return scene.loaded.orders[order_id][0]


def _is_card(scene: Scene, order_id: str, means: str) -> bool:
    user = scene.world["users"][scene.world["orders"][order_id]["user_id"]]
    return bool(user["payment_methods"].get(means, {}).get("source") == "gift_card")


def _cancel(scene: Scene, order_id: str, reason: str) -> None:
    cancel_order(scene.agent, order_id=_id(scene, order_id), cause="customer", reason=reason, now=scene.now)


def _changed(scene: Scene, order_id: str, wish: Wish) -> int:
    """Preview a change and carry it out; return what the customer is asked to pay. Units: cents."""
    id_ = changing.propose_change(scene.agent, order_id=_id(scene, order_id), wish=wish, now=scene.now)
    changing.confirm_change(scene.agent, change_id=id_, now=scene.now)
    return change(id_).effects.asked_minor


def _lines(scene: Scene, order_id: str, item_ids: Sequence[str]) -> list[LineView]:
    """Choose a line of the order for each item. Raises: RefusedHere where it has none."""
    left = list(orders.order_detail(_id(scene, order_id)).lines)
    chosen = []
    for item_id in item_ids:
        line = next((one for one in left if one.sku == item_id and one.quantity), None)
        if line is None:
            raise RefusedHere(f"{order_id} has no {item_id}")
        left.remove(line)
        chosen.append(line)
    return chosen


def _modify_items(
    scene: Scene, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
) -> None:
    gone = [LineWish(line_id=line.id, quantity=0) for line in _lines(scene, order_id, item_ids)]
    fresh = [LineWish(sku=sku, quantity=pieces) for sku, pieces in Counter(new_item_ids).items()]
    card = payment_method_id if _is_card(scene, order_id, payment_method_id) else ""
    wish = Wish(kind="lines", reason=WHY, lines=[*gone, *fresh], card=card)
    asked_minor = _changed(scene, order_id, wish)
    if asked_minor and not card:
        _charge(scene, order_id, asked_minor, payment_method_id)


def _modify_payment(scene: Scene, order_id: str, payment_method_id: str) -> None:
    """Let a card pay instead; by other means the customer pays anew first, where the change is possible at all."""
    is_card = _is_card(scene, order_id, payment_method_id)
    if not is_card:
        if why := possible_changes(_id(scene, order_id))["means"]:
            raise RefusedHere(why)
        _charge(scene, order_id, orders.order_detail(_id(scene, order_id)).order.total_minor, payment_method_id)
    _changed(scene, order_id, Wish(kind="means", reason=WHY, card=payment_method_id if is_card else ""))


def _charge(scene: Scene, order_id: str, amount_minor: int, means: str) -> None:
    """Play the payment provider: the customer pays what Steward asked for by the means they named."""
    entry = PaymentEntryDraft(
        order_id=_id(scene, order_id),
        amount_minor=amount_minor,
        currency=policy.CURRENCY,
        provider="till",
        transaction=f"{order_id}-{means}-{amount_minor}",
        happened_at=scene.now,
        method=means,
    )
    payments.record_payments(TILL, entries=[entry], now=scene.now)


def _modify_address(scene: Scene, order_id: str, **address: str) -> None:
    parts = _address(address)
    recipient = {f"recipient.{name}": getattr(parts, name) for name in parts.__struct_fields__ if name != "district"}
    _changed(scene, order_id, Wish(kind="address", reason=WHY, recipient=recipient))


def _address(address: Row) -> Address:
    return Address(
        country="US",
        province=address["state"],
        city=address["city"],
        street=street_of(address),
        postcode=address["zip"],
    )


def _modify_user(scene: Scene, user_id: str, **address: str) -> None:
    customer_id = scene.loaded.users[user_id]
    keep_address(scene.agent, customer_id=customer_id, address=_address(address), now=scene.now)


def _case(scene: Scene, order_id: str, kind: str, item_ids: Sequence[str], instead: Sequence[str] = ()) -> CaseDraft:
    lines = _lines(scene, order_id, item_ids)
    return CaseDraft(
        order_number=scene.loaded.orders[order_id][1],
        kind=kind,
        reason="no_reason",
        wants=tuple(Want(line.id, 1) for line in lines),
        source="desk",
        instead=tuple(Instead(line.id, sku, 1) for line, sku in zip(lines, instead, strict=bool(instead))),
    )


def _return(scene: Scene, order_id: str, item_ids: Sequence[str], payment_method_id: str) -> None:
    draft = _case(scene, order_id, "return_refund", item_ids)
    _granted(open_cases(scene.agent, drafts=[draft], now=scene.now)[0])


def _exchange(
    scene: Scene, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
) -> None:
    draft = _case(scene, order_id, "exchange", item_ids, new_item_ids)
    if _is_card(scene, order_id, payment_method_id):
        _granted(open_exchange_by_card(scene.agent, draft=draft, card=payment_method_id, now=scene.now))
    else:
        _granted(open_cases(scene.agent, drafts=[draft], now=scene.now)[0])


def _granted(receipt: Any) -> None:
    if receipt.refusal is not None:
        raise RefusedHere(receipt.refusal.code)
    if receipt.state != "approved":
        raise RefusedHere(f"it waits for a person ({receipt.state})")


def _find_by_name(scene: Scene, first_name: str, last_name: str, zip: str) -> None:
    found = own_data(matching_customers(f"{first_name} {last_name}", limit=200))
    named = {"first_name": first_name, "last_name": last_name}
    _same(
        scene,
        [one.customer_id for one in found if one.address and one.address.postcode == zip],
        [id_ for id_, one in scene.world["users"].items() if one["name"] == named and one["address"]["zip"] == zip],
    )


def _find_by_email(scene: Scene, email: str) -> None:
    theirs = [id_ for id_, one in scene.world["users"].items() if one["email"] == email]
    _same(scene, matching_customers(email, limit=5), theirs)


def _same(scene: Scene, customer_ids: Sequence[int], user_ids: Sequence[str]) -> None:
    """Require that the very people they find were found; nobody where they find nobody."""
    if set(customer_ids) != {scene.loaded.users[id_] for id_ in user_ids}:
        raise Wrong(f"{len(customer_ids)} customers were found, {len(user_ids)} there")


def _see_order(scene: Scene, order_id: str) -> None:
    order = scene.world["orders"].get(order_id)
    if order is None:
        return
    seen = orders.order_detail(_id(scene, order_id))
    theirs = Counter((item["item_id"], cents(item["price"])) for item in order["items"])
    ours: Counter[tuple[str, int]] = Counter()
    for line in seen.lines:
        ours[line.sku, line.unit_price_minor] += line.quantity
    if +ours != theirs:
        raise Wrong(f"{order_id} holds other items")


def _see_product(scene: Scene, product_id: str) -> None:
    variants = scene.world["products"].get(product_id, {}).get("variants", {})  # some tasks look up what is no product
    ours = {one.sku: one for one in catalog.variants_of(product_id)}
    free = inventory.free_units([(one.id, POOL) for one in ours.values()])
    if ours.keys() != variants.keys():
        raise Wrong(f"{product_id} has other variants")
    for item_id, variant in variants.items():
        there = free.get((ours[item_id].id, POOL), 0) > 0
        if (ours[item_id].price_minor, there) != (cents(variant["price"]), variant["available"]):
            raise Wrong(f"{item_id} costs something else, or is not there")


def _see_item(scene: Scene, item_id: str) -> None:
    item = catalog.items_by_sku([item_id]).get(item_id)
    products = scene.world["products"].values()
    theirs = next((one["variants"][item_id] for one in products if item_id in one["variants"]), None)
    if (item.price_minor if item else None) != (cents(theirs["price"]) if theirs else None):
        raise Wrong(f"{item_id} is not known, or costs something else")


def _see_user(scene: Scene, user_id: str) -> None:
    customer_view(scene.loaded.users[user_id])


def _calculate(scene: Scene, expression: str) -> None:
    """Add up prices, to the cent; nothing of Steward is asked for it."""
    terms = expression.replace("-", "+ -").replace(" ", "").split("+")
    sum(Decimal(term) for term in terms)


def _hand_on(scene: Scene, summary: str) -> None:
    draft = TicketDraft(channel="chat", box="bench", subject="Handed on", text=summary, mine=False)
    open_tickets(scene.agent, drafts=[draft], now=scene.now)


ACTIONS: Mapping[str, Callable[..., None]] = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_items": _modify_items,
    "modify_pending_order_payment": _modify_payment,
    "modify_pending_order_address": _modify_address,
    "modify_user_address": _modify_user,
    "return_delivered_order_items": _return,
    "exchange_delivered_order_items": _exchange,
    "find_user_id_by_name_zip": _find_by_name,
    "find_user_id_by_email": _find_by_email,
    "get_order_details": _see_order,
    "get_product_details": _see_product,
    "get_item_details": _see_item,
    "get_user_details": _see_user,
    "calculate": _calculate,
    "transfer_to_human_agents": _hand_on,
}
