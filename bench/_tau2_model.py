"""Their shop's policy in a few functions of its own, written from its text: what each action leaves of their rows.

It knows nothing of Steward; what it expects is compared with what Steward's commands left. Money is in cents.
"""

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
CANCEL_REASONS = ("no longer needed", "ordered by mistake")
MODIFIED = "pending (item modified)"
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


class Forbidden(Exception):
    """The policy does not allow the action; nothing is changed."""


def cents(amount: float | str | Decimal) -> int:
    """Return an amount in cents. Raises: ValueError where it has parts of a cent."""
    exact = Decimal(str(amount)) * 100
    found = int(exact.to_integral_value())
    if abs(exact - found) > Decimal("0.001"):
        raise ValueError(f"{amount} is not in cents")
    return found


def part_of(world: Row, users: Sequence[str]) -> Row:
    """Copy some users with their orders; goods are shared, nothing changes them."""
    wanted = set(users)
    return {
        "products": world["products"],
        "users": {id_: copy.deepcopy(row) for id_, row in world["users"].items() if id_ in wanted},
        "orders": {id_: copy.deepcopy(row) for id_, row in world["orders"].items() if row["user_id"] in wanted},
    }


def apply(world: Row, name: str, arguments: Mapping[str, Any]) -> None:
    """Carry one action out. Raises: Forbidden."""
    act = ACTIONS.get(name)
    if act is not None:
        act(world, **arguments)


def _order(world: Row, order_id: str, state: str) -> Row:
    order: Row = world["orders"][order_id]
    _require(order["status"] == state, f"{order_id} is {order['status']}, not {state}")
    return order


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise Forbidden(why)


def _means(world: Row, order: Row, means: str) -> Row:
    found = world["users"][order["user_id"]]["payment_methods"]
    _require(means in found, f"{means} is none of theirs")
    return dict(found[means])


def _pay(world: Row, order: Row, means: str, minor: int) -> None:
    """Book so much paid (above 0) or given back (below 0) by a means; a card's balance follows at once."""
    kind = "payment" if minor > 0 else "refund"
    row = {"transaction_type": kind, "amount": str(Decimal(abs(minor)) / 100), "payment_method_id": means}
    order["payment_history"].append(row)
    kept = world["users"][order["user_id"]]["payment_methods"][means]
    if kept["source"] == "gift_card":
        kept["balance"] = str(Decimal(str(kept["balance"])) - Decimal(minor) / 100)


def net(order: Row) -> dict[str, int]:
    """Sum what was paid and not given back, by means. Units: cents."""
    found: Counter[str] = Counter()
    for row in order["payment_history"]:
        sign = 1 if row["transaction_type"] == "payment" else -1
        found[row["payment_method_id"]] += sign * cents(row["amount"])
    return {means: minor for means, minor in found.items() if minor}


def _cancel(world: Row, order_id: str, reason: str) -> None:
    order = _order(world, order_id, "pending")
    _require(reason in CANCEL_REASONS, f"{reason} is no reason to cancel")
    for means, minor in net(order).items():
        _pay(world, order, means, -minor)
    order["status"] = "cancelled"


def _swapped(world: Row, order: Row, old: Sequence[str], new: Sequence[str]) -> list[tuple[Row, Row, str]]:
    """Pair items with the variants wanted for them: (line, variant, its id); only what is there and may be."""
    have = Counter(item["item_id"] for item in order["items"])
    _require(not Counter(old) - have and len(old) == len(new) and bool(old), "these items are not in the order")
    lines, pairs = list(order["items"]), []
    for old_id, new_id in zip(old, new, strict=True):
        line = next(item for item in lines if item["item_id"] == old_id)
        lines.remove(line)
        variant = world["products"][line["product_id"]]["variants"].get(new_id)
        _require(variant is not None and old_id != new_id, f"{new_id} is no other variant of the same product")
        _require(bool(variant["available"]), f"{new_id} is not available")
        pairs.append((line, variant, new_id))
    return pairs


def _difference(world: Row, order: Row, pairs: Sequence[tuple[Row, Row, str]], means: str) -> int:
    """Return what is to be paid for dearer variants (below 0: given back), if the means can. Units: cents."""
    minor = sum(cents(variant["price"]) - cents(line["price"]) for line, variant, _id in pairs)
    kept = _means(world, order, means)
    short = kept["source"] == "gift_card" and cents(kept["balance"]) < minor
    _require(not short, f"{means} does not hold {minor} cents")
    return minor


def _modify_items(
    world: Row, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
) -> None:
    order = _order(world, order_id, "pending")
    pairs = _swapped(world, order, item_ids, new_item_ids)
    minor = _difference(world, order, pairs, payment_method_id)
    if minor:
        _pay(world, order, payment_method_id, minor)
    for line, variant, new_id in pairs:
        line.update(item_id=new_id, price=variant["price"], options=variant["options"])
    order["status"] = MODIFIED


def _modify_payment(world: Row, order_id: str, payment_method_id: str) -> None:
    order = _order(world, order_id, "pending")
    paid = net(order)
    _require(len(paid) == 1 and payment_method_id not in paid, "it has to be a single other means")
    (before, minor), kept = next(iter(paid.items())), _means(world, order, payment_method_id)
    _require(kept["source"] != "gift_card" or cents(kept["balance"]) >= minor, "the card does not hold enough")
    _pay(world, order, payment_method_id, minor)
    _pay(world, order, before, -minor)


def _modify_address(world: Row, order_id: str, **address: str) -> None:
    _order(world, order_id, "pending")["address"] = {name: address[name] for name in ADDRESS}


def _modify_user(world: Row, user_id: str, **address: str) -> None:
    world["users"][user_id]["address"] = {name: address[name] for name in ADDRESS}


def _return(world: Row, order_id: str, item_ids: Sequence[str], payment_method_id: str) -> None:
    order = _order(world, order_id, "delivered")
    have = Counter(item["item_id"] for item in order["items"])
    _require(bool(item_ids) and not Counter(item_ids) - have, "these items are not in the order")
    is_card = _means(world, order, payment_method_id)["source"] == "gift_card"
    _require(payment_method_id in net(order) or is_card, "money goes back as it came, or onto a gift card")
    prices = {item["item_id"]: cents(item["price"]) for item in order["items"]}
    order["status"] = "return requested"
    order["case"] = {
        "kind": "return_refund",
        "items": dict(Counter(item_ids)),
        "back": {payment_method_id: sum(prices[one] for one in item_ids)},
    }


def _exchange(
    world: Row, order_id: str, item_ids: Sequence[str], new_item_ids: Sequence[str], payment_method_id: str
) -> None:
    order = _order(world, order_id, "delivered")
    pairs = _swapped(world, order, item_ids, new_item_ids)
    minor = _difference(world, order, pairs, payment_method_id)
    order["status"] = "exchange requested"
    order["case"] = {
        "kind": "exchange",
        "items": dict(Counter(item_ids)),
        "new": dict(Counter(new_item_ids)),
        "difference": minor,
    }


ACTIONS: Mapping[str, Callable[..., None]] = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_items": _modify_items,
    "modify_pending_order_payment": _modify_payment,
    "modify_pending_order_address": _modify_address,
    "modify_user_address": _modify_user,
    "return_delivered_order_items": _return,
    "exchange_delivered_order_items": _exchange,
}
