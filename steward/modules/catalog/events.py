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
