"""Read shops and items."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from msgspec import Struct

from steward.modules.catalog.models import Item, Shop


class ShopView(Struct, frozen=True):
    """A sales channel."""

    id: int
    code: str
    name: str
    platform: str
    currency: str
    country: str
    time_zone: str
    pool: str
    active: bool


class ItemView(Struct, frozen=True):
    """An item of the catalogue. Units: minor units of `currency`, grams."""

    id: int
    sku: str
    name_zh: str
    name_en: str
    stocked: bool
    storage_class: str
    price_minor: int
    currency: str
    weight_g: int
    active: bool


_SHOP = ("id", "code", "name", "platform", "currency", "country", "time_zone", "pool", "active")
_ITEM = (
    "id",
    "sku",
    "name_zh",
    "name_en",
    "stocked",
    "storage_class",
    "price_minor",
    "currency",
    "weight_g",
    "active",
)


def shops() -> list[ShopView]:
    """List every shop, by name."""
    return [ShopView(*row) for row in Shop.objects.order_by("name", "id").values_list(*_SHOP)]


def shop_by_code(code: str) -> ShopView | None:
    """Find a shop by its code; None when there is none."""
    row = Shop.objects.filter(code=code).values_list(*_SHOP).first()
    return ShopView(*row) if row else None


def item_ids_by_sku(skus: Iterable[str]) -> dict[str, int]:
    """Map the SKUs that exist to their item ids."""
    return dict(Item.objects.filter(sku__in=list(skus)).values_list("sku", "id"))


def find_items(text: str, *, limit: int = 10) -> list[ItemView]:
    """Find items on sale whose SKU begins with the text or whose name holds it."""
    text = text.strip()
    if not text:
        return []
    wanted = Q(sku__istartswith=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(barcode=text)
    rows = Item.objects.filter(wanted, active=True).order_by("sku").values_list(*_ITEM)
    return [ItemView(*row) for row in rows[:limit]]


def items_by_sku(skus: Iterable[str]) -> dict[str, ItemView]:
    """Return the items of some SKUs."""
    return {row[1]: ItemView(*row) for row in Item.objects.filter(sku__in=list(skus)).values_list(*_ITEM)}
