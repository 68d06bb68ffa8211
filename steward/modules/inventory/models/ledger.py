"""The stock rows, and the movements that alone change what is on hand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.inventory.models.places import Warehouse
from steward.modules.inventory.rules.moving import CONDITIONS, EITHER_WAY, INWARD, NEED_REASON, OUTWARD

RESERVATION_STATES = ("open", "shipped", "released")


class Lot(models.Model):
    """Goods of an item that were made together. Every item has the lot without a code; it has no dates."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40, blank=True)
    expires_date = models.DateField(null=True)
    produced_date = models.DateField(null=True)

    class Meta:
        db_table = "inventory_lot"
        constraints = (
            models.UniqueConstraint(fields=["item", "code"], name="lot_code"),
            models.CheckConstraint(
                condition=~Q(code="") | Q(expires_date=None, produced_date=None), name="lot_without_code_has_no_dates"
            ),
            models.CheckConstraint(
                condition=Q(expires_date=None) | Q(produced_date=None) | Q(expires_date__gte=F("produced_date")),
                name="lot_expires_after_production",
            ),
        )
        indexes = (models.Index(fields=["expires_date"], condition=~Q(expires_date=None), name="lot_expiry"),)


class Stock(models.Model):
    """What lies in one warehouse of one lot in one condition. Units: pieces.

    `reserved` is promised to orders and set aside for them, `held` is set aside for anything else; neither can be more
    than is there, unless the row is one that may be sold before it is there.
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    condition = models.CharField(max_length=10, db_default="sellable")
    on_hand = models.IntegerField(db_default=0)
    reserved = models.IntegerField(db_default=0)
    held = models.IntegerField(db_default=0)
    allow_backorder = models.BooleanField(db_default=False)

    class Meta:
        db_table = "inventory_stock"
        constraints = (
            models.UniqueConstraint(fields=["item", "warehouse", "lot", "condition"], name="stock_place"),
            models.CheckConstraint(condition=Q(condition__in=CONDITIONS), name="stock_condition"),
            models.CheckConstraint(
                condition=Q(allow_backorder=True) | Q(on_hand__gte=F("reserved") + F("held")),
                name="stock_never_oversold",
            ),
            models.CheckConstraint(condition=Q(allow_backorder=True) | Q(on_hand__gte=0), name="stock_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0, held__gte=0), name="stock_set_aside_not_negative"),
            models.CheckConstraint(
                condition=Q(condition="sellable") | Q(reserved=0), name="stock_reserved_is_sellable"
            ),
        )


class Movement(models.Model):
    """One immutable change of goods on hand: the only writer of `on_hand` and `sellable`.

    `on_hand_after` is what its stock row held after it, so that a ledger that was tampered with says where.
    """

    id = models.BigAutoField(primary_key=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    condition = models.CharField(max_length=10, db_default="sellable")
    kind = models.CharField(max_length=20)
    quantity = models.IntegerField()
    on_hand_after = models.IntegerField()
    reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "inventory_movement"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=INWARD, quantity__gt=0)
                | Q(kind__in=OUTWARD, quantity__lt=0)
                | (Q(kind__in=EITHER_WAY) & ~Q(quantity=0)),
                name="movement_kind",
            ),
            models.CheckConstraint(condition=Q(condition__in=CONDITIONS), name="movement_condition"),
            models.CheckConstraint(condition=~Q(kind__in=NEED_REASON) | ~Q(reason=""), name="movement_has_reason"),
        )
        indexes = (models.Index(fields=["item", "warehouse"], name="movement_item"),)


class Reservation(models.Model):
    """Units of one stock row that are set aside for an order, within what the order was promised."""

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    line_id = models.BigIntegerField(null=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.IntegerField()
    state = models.CharField(max_length=10, db_default="open")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inventory_reservation"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_reserves"),
            models.CheckConstraint(condition=Q(state__in=RESERVATION_STATES), name="reservation_state"),
        )
        indexes = (
            models.Index(fields=["order_id"], name="reservation_order"),
            models.Index(fields=["stock"], condition=Q(state="open"), name="reservation_open"),
            models.Index(fields=["at"], name="reservation_at"),
        )


class Discrepancy(models.Model):
    """A balance that its ledger did not prove when it was looked at, until it is found in order again."""

    id = models.BigAutoField(primary_key=True)
    balance = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    sku = models.CharField(max_length=64)
    place = models.CharField(max_length=200)
    stands = models.BigIntegerField()
    ledger = models.BigIntegerField()
    entry_id = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=20)
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_discrepancy"
        constraints = (
            models.UniqueConstraint(
                fields=["balance", "row_id"], condition=Q(gone_at=None), name="discrepancy_open_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=("at_entry", "after_last", "unknown")), name="discrepancy_verdict"
            ),
        )
