"""A small shop of our own in the shape of tau2's: four buyers, three products with variants, tasks with actions."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
PRODUCTS = {
    "P-LAMP": (
        "Reading lamp",
        {"LAMP-BRASS": (4_550, True), "LAMP-BLACK": (3_920, True), "LAMP-GREEN": (5_105, False)},
    ),
    "P-RUG": ("Wool rug", {"RUG-S": (8_000, True), "RUG-M": (12_075, True), "RUG-L": (16_030, True)}),
    "P-MUG": ("Mug", {"MUG-BLUE": (1_199, True), "MUG-RED": (1_201, True)}),
}
MEANS = {"card": "credit_card", "pal": "paypal", "gift": "gift_card"}


def _address(number: int) -> dict[str, str]:
    return {
        "address1": f"{number} Harbour Street",
        "address2": f"Flat {number}" if number % 2 else "",
        "city": "Portland",
        "state": "OR",
        "country": "USA",
        "zip": f"972{number:02}",
    }


def _user(id_: str, number: int, *means: tuple[str, int]) -> Row:
    methods = {}
    for kind, minor in means:
        name = f"{kind}_{number}"
        methods[name] = {"source": MEANS[kind], "id": name} | ({"balance": minor / 100} if kind == "gift" else {})
    first, last = id_.split("_")
    return {
        "user_id": id_,
        "name": {"first_name": first.title(), "last_name": last.title()},
        "address": _address(number),
        "email": f"{first}@example.com",
        "payment_methods": methods,
    }


def _order(id_: str, user_id: str, number: int, status: str, means: str, *skus: str) -> Row:
    of = {sku: (product, price) for product, (_, some) in PRODUCTS.items() for sku, (price, _) in some.items()}
    plain: Row = {"options": {}}
    items = [plain | {"name": sku, "product_id": of[sku][0], "item_id": sku, "price": of[sku][1] / 100} for sku in skus]
    paid = {"amount": sum(of[sku][1] for sku in skus) / 100, "payment_method_id": means}
    kinds = ("payment", "refund") if status == "cancelled" else ("payment",)
    return {
        "order_id": id_,
        "user_id": user_id,
        "address": _address(number),
        "items": items,
        "status": status,
        "payment_history": [paid | {"transaction_type": kind} for kind in kinds],
    }


def world() -> Row:
    """Return the shop."""
    users = [
        _user("vera_holm", 1, ("card", 0), ("gift", 500)),
        _user("otto_brandt", 2, ("pal", 0), ("gift", 0)),
        _user("ida_sorel", 3, ("gift", 20_000), ("pal", 0)),
        _user("nils_aker", 4, ("card", 0), ("gift", 9_000)),
    ]
    orders = [
        _order("#1", "vera_holm", 1, "pending", "card_1", "LAMP-BRASS", "RUG-M"),
        _order("#2", "vera_holm", 1, "delivered", "card_1", "MUG-BLUE", "MUG-BLUE", "RUG-S"),
        _order("#3", "otto_brandt", 2, "delivered", "pal_2", "LAMP-BLACK"),
        _order("#4", "otto_brandt", 2, "processed", "pal_2", "RUG-L"),
        _order("#5", "ida_sorel", 3, "pending", "gift_3", "RUG-S", "MUG-RED"),
        _order("#6", "ida_sorel", 3, "pending", "gift_3", "MUG-BLUE"),
        _order("#7", "nils_aker", 4, "pending", "card_4", "RUG-S"),
        _order("#9", "otto_brandt", 2, "pending", "gift_2", "MUG-RED"),
        _order("#8", "nils_aker", 4, "cancelled", "card_4", "RUG-M"),
    ]
    variants = {
        product: {
            "name": name,
            "product_id": product,
            "variants": {
                sku: {"item_id": sku, "options": {"kind": sku}, "available": there, "price": price / 100}
                for sku, (price, there) in skus.items()
            },
        }
        for product, (name, skus) in PRODUCTS.items()
    }
    return {
        "products": variants,
        "users": {one["user_id"]: one for one in users},
        "orders": {one["order_id"]: one for one in orders},
    }


def _swap(order_id: str, old: list[str], new: list[str], means: str) -> Row:
    return {"order_id": order_id, "item_ids": old, "new_item_ids": new, "payment_method_id": means}


CANCEL, ITEMS, ADDRESS = "cancel_pending_order", "modify_pending_order_items", "modify_pending_order_address"
PAYMENT = "modify_pending_order_payment"
RETURN, EXCHANGE = "return_delivered_order_items", "exchange_delivered_order_items"
TASKS: dict[str, list[tuple[str, Row]]] = {
    "who_and_what": [
        ("find_user_id_by_name_zip", {"first_name": "Vera", "last_name": "Holm", "zip": "97201"}),
        ("find_user_id_by_email", {"email": "nobody@example.com"}),
        ("get_user_details", {"user_id": "vera_holm"}),
        ("get_order_details", {"order_id": "#2"}),
        ("get_product_details", {"product_id": "P-LAMP"}),
        ("get_product_details", {"product_id": "LAMP-BRASS"}),
        ("get_item_details", {"item_id": "RUG-L"}),
        ("calculate", {"expression": "45.50 + 120.75 - 11.99"}),
        ("transfer_to_human_agents", {"summary": "Wants another customer's address"}),
    ],
    "cheaper_variant_goes_back_as_paid": [(ITEMS, _swap("#1", ["LAMP-BRASS"], ["LAMP-BLACK"], "card_1"))],
    "dearer_variant_is_asked_for": [(ITEMS, _swap("#7", ["RUG-S"], ["RUG-M"], "card_4"))],
    "dearer_variant_on_the_card": [(ITEMS, _swap("#7", ["RUG-S"], ["RUG-L"], "gift_4"))],
    "card_too_short": [(ITEMS, _swap("#1", ["RUG-M"], ["RUG-L"], "gift_1"))],
    "not_there": [(ITEMS, _swap("#1", ["LAMP-BRASS"], ["LAMP-GREEN"], "card_1"))],
    "changed_once": [
        (ITEMS, _swap("#1", ["LAMP-BRASS"], ["LAMP-BLACK"], "card_1")),
        (ITEMS, _swap("#1", ["RUG-M"], ["RUG-S"], "card_1")),
        (CANCEL, {"order_id": "#1", "reason": "no longer needed"}),
    ],
    "a_card_pays_instead": [(PAYMENT, {"order_id": "#7", "payment_method_id": "gift_4"})],
    "other_means_pay_instead_of_a_card": [(PAYMENT, {"order_id": "#6", "payment_method_id": "pal_3"})],
    "a_card_too_short_to_pay_instead": [(PAYMENT, {"order_id": "#1", "payment_method_id": "gift_1"})],
    "card_gets_its_money_back_at_once": [
        (CANCEL, {"order_id": "#6", "reason": "ordered by mistake"}),
        (CANCEL, {"order_id": "#5", "reason": "too dear"}),
    ],
    "a_spent_card_holds_money_again": [(CANCEL, {"order_id": "#9", "reason": "no longer needed"})],
    "another_address": [
        ("modify_user_address", {"user_id": "ida_sorel", **_address(30)}),
        (ADDRESS, {"order_id": "#5", **_address(30)}),
    ],
    "one_of_two_alike_back": [(RETURN, {"order_id": "#2", "item_ids": ["MUG-BLUE"], "payment_method_id": "card_1"})],
    "back_once": [
        (RETURN, {"order_id": "#2", "item_ids": ["RUG-S"], "payment_method_id": "card_1"}),
        (EXCHANGE, _swap("#2", ["MUG-BLUE"], ["MUG-RED"], "card_1")),
    ],
    "dearer_instead": [(EXCHANGE, _swap("#2", ["MUG-BLUE", "RUG-S"], ["MUG-RED", "RUG-L"], "card_1"))],
    "cheaper_instead": [(EXCHANGE, _swap("#3", ["LAMP-BLACK"], ["LAMP-BRASS"], "pal_2"))],
    "instead_with_a_card_too_short": [(EXCHANGE, _swap("#2", ["RUG-S"], ["RUG-L"], "gift_1"))],
    "on_its_way": [
        (CANCEL, {"order_id": "#4", "reason": "no longer needed"}),
        (RETURN, {"order_id": "#4", "item_ids": ["RUG-L"], "payment_method_id": "pal_2"}),
    ],
    "nothing_asked": [],
}


def tasks() -> list[Row]:
    """Return the tasks in their shape."""
    return [
        {
            "id": name,
            "evaluation_criteria": {"actions": [{"name": act, "arguments": given} for act, given in actions]},
        }
        for name, actions in TASKS.items()
    ]
