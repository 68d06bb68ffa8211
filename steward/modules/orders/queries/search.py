"""Find orders by what a person types: a number, a number of the shop, a phone, a name. Sealed data stay sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.catalog import queries as catalog
from steward.modules.customers.queries import search as customers
from steward.modules.customers.queries.merged import family
from steward.modules.orders.models import Order

CUSTOMERS_AT_MOST = 500


class OrderKey(Struct, frozen=True):
    """An order and whose it is."""

    id: int
    customer_id: int | None


def shop_ids(codes: Iterable[str] | None = None) -> list[int]:
    """Return the ids of some shops (none named: of all)."""
    wanted = None if codes is None else set(codes)
    return [shop.id for shop in catalog.shops() if wanted is None or shop.code in wanted]


def by_text(text: str) -> Q:
    """Build the condition for a search text; every part of it is answered by an index."""
    # The unique key begins with the shop, so naming every shop lets the number alone be looked up in it.
    by_number = Q(number=text.upper()) | Q(shop_id__in=shop_ids(), external_number=text)
    if people := customers.matching_customers(text, limit=CUSTOMERS_AT_MOST):
        by_number |= Q(customer_id__in=family(people))
    if index := customers.phone_index(text):
        by_number |= Q(phone_index=index)
    return by_number


def find_order(key: str | int) -> int | None:
    """Find an order's id by id, number or number of its shop; None when there is none."""
    if isinstance(key, int):
        return Order.objects.filter(id=key).values_list("id", flat=True).first()
    if "\0" in key:
        return None  # PostgreSQL knows no such text
    found = Order.objects.filter(number=key.upper()).values_list("id", flat=True).first()
    if found is not None:
        return found
    matches = Order.objects.filter(shop_id__in=shop_ids(), external_number=key).order_by("-id")
    return matches.values_list("id", flat=True).first()


def find_order_by_external(*, shop: str, external_number: str) -> int | None:
    """Find an order's id by its shop's code and the shop's number; None when there is none."""
    matches = Order.objects.filter(shop_id__in=shop_ids([shop]), external_number=external_number)
    return matches.values_list("id", flat=True).first()


def order_id(key: str | int) -> int:
    """Return an order's id by id, number or number of its shop. Raises: NotFound."""
    found = find_order(key)
    if found is None:
        raise NotFound(key=key)
    return found


def keys_of_numbers(numbers: Collection[str]) -> dict[str, OrderKey]:
    """Find orders by our numbers, or by a shop's where only one order has it; a number of several names none."""
    own = Order.objects.filter(number__in={number.upper() for number in numbers})
    ours = {number: OrderKey(id_, customer) for number, id_, customer in own.values_list("number", "id", "customer_id")}
    found = {number: ours[number.upper()] for number in numbers if number.upper() in ours}
    theirs: dict[str, list[OrderKey]] = {}
    rest = Order.objects.filter(shop_id__in=shop_ids(), external_number__in=set(numbers) - set(found))
    for number, id_, customer in rest.values_list("external_number", "id", "customer_id"):
        theirs.setdefault(number, []).append(OrderKey(id_, customer))
    return found | {number: keys[0] for number, keys in theirs.items() if len(keys) == 1}
