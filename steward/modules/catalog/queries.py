"""Read shops and items; reference data of the hot path is remembered for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Upper
from msgspec import Struct, structs

from steward.kernel import arrays, memory, moment
from steward.modules.catalog.models import BundleComponent, Item, Shop, Substitute

FRESH_S = 5.0
ITEMS_KEPT = 200_000
LATE_COMMITS = timedelta(seconds=30)
_shops: dict[str, Any] = {"at": float("-inf"), "by_code": {}}
_items: dict[str, ItemFacts] = {}
_versions: dict[str, datetime] = {}
_bundles: dict[str, Any] = {"at": float("-inf"), "by_bundle": {}}
_changes: dict[str, float] = {"at": float("-inf")}


class ShopFacts(Struct, frozen=True):
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


class ItemFacts(Struct, frozen=True):
    """An item. Units: minor currency units, pieces, grams, days, millimetres (0: unknown), months (0: no warranty).

    `components` says what a bundle consists of: (item, pieces); nothing for what is no bundle.
    """

    id: int
    sku: str
    name_zh: str
    name_en: str
    stocked: bool
    storage_class: str
    price_minor: int
    currency: str
    usual_quantity: int
    weight_g: int
    shelf_life_days: int
    minimum_remaining_days: int
    length_mm: int
    width_mm: int
    height_mm: int
    abc_class: str
    is_bundle: bool
    category: str
    return_class: str
    warranty_months: int
    serialised: bool
    family: str
    components: tuple[tuple[int, int], ...] = ()


_ITEM_FIELDS = ItemFacts.__struct_fields__[:-1]


def shops() -> list[ShopFacts]:
    """List every shop, by code."""
    return list(shops_by_code().values())


def shops_by_code() -> dict[str, ShopFacts]:
    """Return all shops by code, at most five seconds old."""
    if time.monotonic() - _shops["at"] > FRESH_S:
        rows = Shop.objects.order_by("code").values_list(*ShopFacts.__struct_fields__)
        _shops.update(at=time.monotonic(), by_code={row[1]: ShopFacts(*row) for row in rows})
    known: dict[str, ShopFacts] = _shops["by_code"]
    return known


def forget() -> None:
    """Read shops and items anew."""
    _shops["at"] = _bundles["at"] = float("-inf")
    _items.clear()
    _versions.clear()


memory.remembers(forget)


def shop_by_code(code: str) -> ShopFacts | None:
    """Find a shop by its code; None when there is none."""
    return shops_by_code().get(code)


def variants_of(family: str) -> list[ItemFacts]:
    """List the active items of one product, by SKU; none for no family."""
    rows = Item.objects.filter(family=family, active=True).exclude(family="").order_by("sku")
    return _with_components([ItemFacts(*row) for row in rows.values_list(*_ITEM_FIELDS)])


def items_by_sku(skus: Iterable[str]) -> dict[str, ItemFacts]:
    """Return the active items among the SKUs; unknown ones are left out. A change is seen within five seconds.

    Items stay remembered; every few seconds those that changed since they were read are forgotten.
    """
    _forget_changed()
    wanted = set(skus)
    unread = [sku for sku in wanted if sku not in _items]
    if unread:
        if len(_items) > ITEMS_KEPT:
            _items.clear()
            _versions.clear()
            unread = list(wanted)
        # An array in place of `sku__in`: a thousand placeholders cost more than the rows they find.
        wanted_skus = RawSQL("SELECT unnest(%s::text[])", [arrays.texts(unread)])
        _remember(Item.objects.filter(sku__in=wanted_skus, active=True))
    return {sku: _items[sku] for sku in wanted if sku in _items}


def remember_items() -> None:
    """Remember items before the first order asks for them."""
    _forget_changed()
    _remember(Item.objects.filter(active=True).order_by("-id")[: ITEMS_KEPT // 2])


def _remember(items: QuerySet[Item]) -> None:
    rows = list(items.values_list(*_ITEM_FIELDS, "changed_at"))
    for facts in _with_components([ItemFacts(*row[:-1]) for row in rows]):
        _items[facts.sku] = facts
    _versions.update({row[1]: row[-1] for row in rows})


def _with_components(items: list[ItemFacts]) -> list[ItemFacts]:
    """Say of bundles what they consist of; a query only where there is a bundle."""
    bundles = [one.id for one in items if one.is_bundle]
    if not bundles:
        return items
    parts: dict[int, list[tuple[int, int]]] = {id_: [] for id_ in bundles}
    rows = BundleComponent.objects.filter(bundle_id__in=bundles).order_by("id")
    for bundle, component, pieces in rows.values_list("bundle_id", "component_id", "quantity"):
        parts[bundle].append((component, pieces))
    return [structs.replace(one, components=tuple(parts[one.id])) if one.is_bundle else one for one in items]


def components_of(item_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Tell what the bundles among items consist of: bundle → component → pieces; at most five seconds old."""
    if time.monotonic() - _bundles["at"] > FRESH_S:
        found: dict[int, dict[int, int]] = {}
        for bundle, component, pieces in BundleComponent.objects.values_list("bundle_id", "component_id", "quantity"):
            found.setdefault(bundle, {})[component] = pieces
        _bundles.update(at=time.monotonic(), by_bundle=found)
    known: dict[int, dict[int, int]] = _bundles["by_bundle"]
    return {id_: known[id_] for id_ in item_ids if id_ in known}


def bundles_with(item_ids: Iterable[int]) -> list[int]:
    """List the bundles that consist of any of these items, too."""
    rows = BundleComponent.objects.filter(component_id__in=list(item_ids)).order_by("bundle_id")
    return list(rows.values_list("bundle_id", flat=True).distinct())


def _forget_changed() -> None:
    """Forget the items changed since they were read; a margin covers transactions that commit late."""
    now = time.monotonic()
    if now - _changes["at"] < FRESH_S:
        return
    _changes["at"] = now
    lately = moment.now() - LATE_COMMITS - timedelta(seconds=FRESH_S)
    for sku, changed_at in Item.objects.filter(changed_at__gte=lately).values_list("sku", "changed_at"):
        if _versions.get(sku) != changed_at:
            _items.pop(sku, None)


def item_ids_by_sku(skus: Iterable[str]) -> dict[str, int]:
    """Return the ids of the active items among the SKUs."""
    return {sku: facts.id for sku, facts in items_by_sku(skus).items()}


def find_items(text: str, *, limit: int = 10) -> list[ItemFacts]:
    """Find items on sale whose SKU begins with the text or whose name holds it."""
    return items_page(text=text.strip(), limit=limit) if text.strip() else []


def items_page(*, text: str = "", after: int = 0, limit: int = 50) -> list[ItemFacts]:
    """List items by id after a key, filtered by SKU prefix or a part of a name."""
    rows = Item.objects.filter(id__gt=after, active=True).order_by("id")
    if text:
        named = Q(name_zh__icontains=text) | Q(name_en__icontains=text)
        rows = rows.filter(Q(sku__istartswith=text) | Q(barcode=text) | named)
    return _with_components([ItemFacts(*row) for row in rows.values_list(*_ITEM_FIELDS)[:limit]])


def items_by_id(ids: Iterable[int]) -> dict[int, ItemFacts]:
    """Return items by id."""
    rows = Item.objects.filter(id__in=list(ids)).values_list(*_ITEM_FIELDS)
    return {one.id: one for one in _with_components([ItemFacts(*row) for row in rows])}


def item_by_code(code: str) -> ItemFacts | None:
    """Find the active item a scanner read: its SKU, whatever the case, or the goods' own barcode; None: unknown."""
    return items_by_code([code]).get(code)


def items_by_code(codes: Iterable[str]) -> dict[str, ItemFacts]:
    """Find the active items of codes that scanners read, as above; unknown codes are left out. Two reads."""
    wanted = {code: code.upper() for code in codes if code}
    if not wanted:
        return {}
    rows = Item.objects.annotate(by_sku=Upper("sku"), by_barcode=Upper("barcode")).filter(active=True)
    texts = list(set(wanted.values()))
    known = rows.filter(Q(by_sku__in=texts) | Q(by_barcode__in=texts)).exclude(sku="").order_by("id")
    read = list(known.values_list("by_sku", "by_barcode", *_ITEM_FIELDS))
    facts = _with_components([ItemFacts(*row[2:]) for row in read])
    found: dict[str, ItemFacts] = {}
    for (by_sku, by_barcode, *_rest), one in zip(read, facts, strict=True):
        for text in filter(None, (by_sku, by_barcode)):
            found.setdefault(text, one)
    return {code: found[text] for code, text in wanted.items() if text in found}


def substitutes_of(item_ids: Iterable[int]) -> dict[int, list[ItemFacts]]:
    """List what may stand in for items, by item, the first choice first; what is no longer sold is left out."""
    rows = Substitute.objects.filter(item_id__in=list(item_ids), substitute__active=True).order_by("item_id", "rank")
    fields = [f"substitute__{name}" for name in _ITEM_FIELDS]
    found: dict[int, list[ItemFacts]] = {}
    for item_id, *facts in rows.values_list("item_id", *fields):
        found.setdefault(item_id, []).append(ItemFacts(*facts))
    return found


def items_of_categories(paths: Iterable[str], *, limit: int = 100) -> list[ItemFacts]:
    """List items on sale of these categories themselves, by SKU."""
    rows = Item.objects.filter(category__in=[path for path in paths if path], active=True).order_by("sku")
    return _with_components([ItemFacts(*row) for row in rows.values_list(*_ITEM_FIELDS)[:limit]])


def categories() -> list[str]:
    """List the categories in use and every path above them."""
    used = Item.objects.filter(active=True).exclude(category="").values_list("category", flat=True).distinct()
    found: set[str] = set()
    for path in used:
        parts = path.split("/")
        found.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return sorted(found)
