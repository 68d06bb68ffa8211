"""What the catalogue announces."""

from __future__ import annotations

from steward.kernel.events import Event


class ItemCreated(Event, frozen=True, kw_only=True):
    """An item was added, by hand or because an import named it."""

    KIND = "catalog.item_created"
    SUBJECT = "item"
    item_id: int
    sku: str
    origin: str


class SubstitutesChosen(Event, frozen=True, kw_only=True):
    """Somebody named the items that may be offered in the place of another, the first choice first."""

    KIND = "catalog.substitutes_chosen"
    SUBJECT = "item"
    item_id: int
    sku: str
    before: list[str]
    after: list[str]


class ComponentsChosen(Event, frozen=True, kw_only=True):
    """Somebody said what a bundle consists of: SKU → pieces."""

    KIND = "catalog.components_chosen"
    SUBJECT = "item"
    item_id: int
    sku: str
    before: dict[str, int]
    after: dict[str, int]


class ItemFamilySet(Event, frozen=True, kw_only=True):
    """Somebody said of which product an item is a variant; "" of none."""

    KIND = "catalog.item_family_set"
    SUBJECT = "item"
    item_id: int
    sku: str
    before: str
    after: str


class ReturnFactsSet(Event, frozen=True, kw_only=True):
    """Somebody said what after-sales has to know of an item. Units: months."""

    KIND = "catalog.return_facts_set"
    SUBJECT = "item"
    item_id: int
    sku: str
    category: str
    return_class: str
    warranty_months: int
    serialised: bool
