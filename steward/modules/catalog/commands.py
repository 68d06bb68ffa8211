"""Add items and shops, in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, errors, events, money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries, rules
from steward.modules.catalog.events import (
    ComponentsChosen,
    ItemCreated,
    ItemFamilySet,
    ReturnFactsSet,
    SubstitutesChosen,
)
from steward.modules.catalog.models import BundleComponent, Item, Shop, Substitute
from steward.modules.catalog.rules import ABC_CLASSES, STORAGE_CLASSES

INSERT = """
INSERT INTO catalog_item (sku, name_zh, name_en, stocked, storage_class, price_minor, currency, weight_g, barcode,
                          usual_quantity, origin, shelf_life_days, minimum_remaining_days, length_mm, width_mm,
                          height_mm, abc_class, category, return_class, warranty_months, serialised, family, active)
SELECT *, true
FROM unnest(%(skus)s::text[], %(names_zh)s::text[], %(names_en)s::text[], %(stocked)s::boolean[], %(classes)s::text[],
            %(prices)s::bigint[], %(currencies)s::text[], %(weights)s::integer[], %(barcodes)s::text[],
            %(usual)s::integer[], %(origins)s::text[], %(shelf_life)s::integer[], %(remaining)s::integer[],
            %(lengths)s::integer[], %(widths)s::integer[], %(heights)s::integer[], %(abc)s::text[],
            %(categories)s::text[], %(return_classes)s::text[], %(warranties)s::integer[], %(serialised)s::boolean[],
            %(families)s::text[])
     AS fresh (sku, name_zh, name_en, stocked, storage_class, price_minor, currency, weight_g, barcode, usual_quantity,
               origin, shelf_life_days, minimum_remaining_days, length_mm, width_mm, height_mm, abc_class, category,
               return_class, warranty_months, serialised, family)
ORDER BY sku
ON CONFLICT (sku) DO NOTHING
RETURNING id, sku
"""

LONGEST_FAMILY = 64


class ItemDraft(Struct, forbid_unknown_fields=True):
    """An item to add. Units: minor currency units, grams, pieces, days, millimetres (0: unknown), months (0: none).

    `category` is a path of codes ("kitchen/stoves"); `return_class`: why it is not taken back without a reason.
    `family`: what variants of one product share ("t-shirt": each size and colour is an item of its own).
    """

    sku: str
    name_zh: str
    name_en: str = ""
    stocked: bool = True
    storage_class: str = "ambient"
    price_minor: int = 0
    currency: str = "CNY"
    weight_g: int = 0
    barcode: str = ""
    usual_quantity: int = 0
    origin: str = "catalog"
    shelf_life_days: int = 0
    minimum_remaining_days: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    abc_class: str = ""
    category: str = ""
    return_class: str = ""
    warranty_months: int = 0
    serialised: bool = False
    family: str = ""


class UnfitItem(errors.Refusal):
    """Refuse an item that makes no sense, naming its SKU."""

    code = "unfit_item"
    status = 422
    message = _("The item “%(sku)s” does not fit: check its SKU, storage class, currency, price and weight.")


def _is_fit(item: ItemDraft) -> bool:
    return (
        bool(item.sku.strip())
        and len(item.sku) <= 64
        and len(item.family) <= LONGEST_FAMILY
        and item.storage_class in STORAGE_CLASSES
        and item.currency in money.CURRENCIES
        and item.abc_class in ("", *ABC_CLASSES)
        and min(item.price_minor, item.weight_g, item.usual_quantity, item.shelf_life_days) >= 0
        and min(item.minimum_remaining_days, item.length_mm, item.width_mm, item.height_mm) >= 0
        and rules.is_fit_for_return(item.category, item.return_class, item.warranty_months)
    )


@command(needs="catalog.edit")
def create_items(actor: Actor, *, items: Sequence[ItemDraft]) -> dict[str, int]:
    """Add items; a SKU that exists stays as it is.

    Returns the ids of those that are new, by SKU. Raises: UnfitItem. Emits: ItemCreated.
    """
    for item in items:
        if not _is_fit(item):
            raise UnfitItem(sku=item.sku)
    by_sku = {item.sku: item for item in items}
    fresh = list(by_sku.values())
    columns = {
        "skus": arrays.texts([item.sku for item in fresh]),
        "names_zh": arrays.texts([item.name_zh[:200] for item in fresh]),
        "names_en": arrays.texts([item.name_en[:200] for item in fresh]),
        "stocked": arrays.flags([item.stocked for item in fresh]),
        "classes": arrays.texts([item.storage_class for item in fresh]),
        "prices": arrays.integers([item.price_minor for item in fresh]),
        "currencies": arrays.texts([item.currency for item in fresh]),
        "weights": arrays.integers([item.weight_g for item in fresh]),
        "barcodes": arrays.texts([item.barcode for item in fresh]),
        "usual": arrays.integers([item.usual_quantity for item in fresh]),
        "origins": arrays.texts([item.origin for item in fresh]),
        "shelf_life": arrays.integers([item.shelf_life_days for item in fresh]),
        "remaining": arrays.integers([item.minimum_remaining_days for item in fresh]),
        "lengths": arrays.integers([item.length_mm for item in fresh]),
        "widths": arrays.integers([item.width_mm for item in fresh]),
        "heights": arrays.integers([item.height_mm for item in fresh]),
        "abc": arrays.texts([item.abc_class for item in fresh]),
        "categories": arrays.texts([item.category for item in fresh]),
        "return_classes": arrays.texts([item.return_class for item in fresh]),
        "warranties": arrays.integers([item.warranty_months for item in fresh]),
        "serialised": arrays.flags([item.serialised for item in fresh]),
        "families": arrays.texts([item.family for item in fresh]),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, columns)
        made = {sku: id_ for id_, sku in cursor.fetchall()}
    events.record(actor, [ItemCreated(item_id=id_, sku=sku, origin=by_sku[sku].origin) for sku, id_ in made.items()])
    return made


class ReturnFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """What after-sales has to know of an item. Units: months (0: no warranty)."""

    sku: str
    category: str = ""
    return_class: str = ""
    warranty_months: int = 0
    serialised: bool = False


@command(needs="catalog.edit")
def set_return_facts(actor: Actor, *, items: Sequence[ReturnFacts]) -> int:
    """Say of items what kind of goods they are, whether they are taken back, and how long they are warranted.

    Returns how many changed. Raises: UnfitItem naming the SKU that is unknown or does not fit. Emits: ReturnFactsSet.
    Locks: the items by id. Source: RET-1.
    """
    wanted = {one.sku: one for one in items}
    rows = list(Item.objects.select_for_update().filter(sku__in=wanted).order_by("id"))
    known = {row.sku for row in rows}
    for one in wanted.values():
        if one.sku not in known or not rules.is_fit_for_return(one.category, one.return_class, one.warranty_months):
            raise UnfitItem(sku=one.sku)
    changed = []
    for row in rows:
        one = wanted[row.sku]
        now_ = (one.category, one.return_class, one.warranty_months, one.serialised)
        if (row.category, row.return_class, row.warranty_months, row.serialised) != now_:
            row.category, row.return_class, row.warranty_months, row.serialised = now_
            changed.append(row)
    Item.objects.bulk_update(changed, ["category", "return_class", "warranty_months", "serialised"])
    Item.objects.filter(id__in=[row.id for row in changed]).update(changed_at=Now())
    events.record(
        actor,
        [
            ReturnFactsSet(
                item_id=row.id,
                sku=row.sku,
                category=row.category,
                return_class=row.return_class,
                warranty_months=row.warranty_months,
                serialised=row.serialised,
            )
            for row in changed
        ],
    )
    queries.forget()
    return len(changed)


@command(needs="catalog.edit")
def set_families(actor: Actor, *, families: Mapping[str, str]) -> int:
    """Say of items (by SKU) of which product they are variants; "" takes one out of its family.

    Returns how many changed. Raises: UnfitItem naming the SKU that is unknown, or whose family does not fit.
    Emits: ItemFamilySet. Locks: the items by id. Source: ORD-9, RET-5.
    """
    rows = list(Item.objects.select_for_update().filter(sku__in=families).order_by("id"))
    known = {row.sku for row in rows}
    for sku, family in families.items():
        if sku not in known or len(family) > LONGEST_FAMILY or "\0" in family:
            raise UnfitItem(sku=sku)
    changed = [row for row in rows if row.family != families[row.sku]]
    told = [ItemFamilySet(item_id=row.id, sku=row.sku, before=row.family, after=families[row.sku]) for row in changed]
    for row in changed:
        row.family = families[row.sku]
    Item.objects.bulk_update(changed, ["family"])
    Item.objects.filter(id__in=[row.id for row in changed]).update(changed_at=Now())
    events.record(actor, told)
    queries.forget()
    return len(changed)


MOST_SUBSTITUTES = 10


class UnfitSubstitutes(errors.Refusal):
    """Refuse substitutes that cannot stand in: unknown, the item itself, another currency, too many."""

    code = "unfit_substitutes"
    status = 422
    message = _("“%(sku)s” cannot stand in for it: name other known items in the same currency, ten at most.")


@command(needs="catalog.edit")
def set_substitutes(actor: Actor, *, item_id: int, skus: Sequence[str]) -> None:
    """Name the items that may be offered in the place of one that is short, the first choice first.

    Replaces those named before. Raises: NotFound, UnfitSubstitutes. Emits: SubstitutesChosen. Locks: the item.
    Source: ORD-4.
    """
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise errors.NotFound(key=item_id)
    wanted = list(dict.fromkeys(skus))
    known = {row.sku: row for row in Item.objects.filter(sku__in=wanted, active=True, stocked=True)}
    unfit = [sku for sku in wanted if sku == item.sku or sku not in known or known[sku].currency != item.currency]
    unfit += wanted[MOST_SUBSTITUTES:]
    if unfit:
        raise UnfitSubstitutes(sku=unfit[0])
    before = [one.sku for one in queries.substitutes_of([item_id]).get(item_id, [])]
    if before == wanted:
        return
    Substitute.objects.filter(item_id=item_id).delete()
    Substitute.objects.bulk_create(
        Substitute(item_id=item_id, substitute=known[sku], rank=rank) for rank, sku in enumerate(wanted, 1)
    )
    events.record(actor, [SubstitutesChosen(item_id=item_id, sku=item.sku, before=before, after=wanted)])


MOST_COMPONENTS = 50
MOST_PIECES = 10_000


class UnfitBundle(errors.Refusal):
    """Refuse components that make no bundle."""

    code = "unfit_bundle"
    status = 422
    message = _(
        "“%(sku)s” cannot be in the bundle: name known items that are kept in stock and are no bundles, each once, "
        "with a number of pieces; and a bundle is nowhere part of another."
    )


@command(needs="catalog.edit")
def set_components(actor: Actor, *, item_id: int, components: Mapping[str, int]) -> None:
    """Say what an item consists of, by SKU and pieces; nothing makes it an ordinary item again.

    Replaces what was said before; orders that were promised before keep what they were promised. An item with stock of
    its own keeps that stock, but sells its components from now on. Raises: NotFound, UnfitBundle. Emits:
    ComponentsChosen. Locks: the item. Source: issue 4 (bundles that share components).
    """
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise errors.NotFound(key=item_id)
    known = {row.sku: row for row in Item.objects.filter(sku__in=components, active=True, stocked=True)}
    unfit = [
        sku
        for sku, pieces in components.items()
        if sku == item.sku or sku not in known or known[sku].is_bundle or not 0 < pieces <= MOST_PIECES
    ]
    unfit += list(components)[MOST_COMPONENTS:]
    if components and BundleComponent.objects.filter(component_id=item_id).exists():
        unfit.append(item.sku)
    if unfit:
        raise UnfitBundle(sku=unfit[0])
    before = dict(BundleComponent.objects.filter(bundle_id=item_id).values_list("component__sku", "quantity"))
    if before == dict(components):
        return
    BundleComponent.objects.filter(bundle_id=item_id).delete()
    BundleComponent.objects.bulk_create(
        BundleComponent(bundle_id=item_id, component=known[sku], quantity=pieces) for sku, pieces in components.items()
    )
    Item.objects.filter(id=item_id).update(is_bundle=bool(components), changed_at=Now())
    events.record(actor, [ComponentsChosen(item_id=item_id, sku=item.sku, before=before, after=dict(components))])
    queries.forget()


@command(needs="catalog.edit")
def open_shop(actor: Actor, *, code: str, name: str, platform: str, currency: str, country: str, time_zone: str) -> int:
    """Add a sales channel. Returns its id; one that exists stays as it is."""
    shop, _made = Shop.objects.get_or_create(
        code=code,
        defaults={
            "name": name, "platform": platform, "currency": currency, "country": country, "time_zone": time_zone,
        },
    )  # fmt: skip
    queries.forget()
    return int(shop.id)
