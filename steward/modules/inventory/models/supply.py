"""Goods on their way to a warehouse: bought, or from another warehouse; and what was different on arrival."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.inventory.models.ledger import Lot
from steward.modules.inventory.models.places import Warehouse
from steward.modules.inventory.rules.supply import DIFFERENCES, KINDS, ON_THE_WAY, STATES


class Supply(models.Model):
    """A purchase order or a transfer. `version` counts its changes, so that an old page changes nothing twice."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10)
    supplier = models.CharField(max_length=80, blank=True)
    origin = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", null=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    expected_date = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=80)
    sent_at = models.DateTimeField(null=True)
    first_received_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(db_default=1)

    class Meta:
        db_table = "inventory_supply"
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="purchase", origin=None) & ~Q(supplier=""))
                | Q(kind="transfer", origin__isnull=False, supplier=""),
                name="supply_kind",
            ),
            models.CheckConstraint(condition=~Q(origin=F("warehouse")), name="supply_goes_somewhere_else"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="supply_kind_known"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="supply_state"),
        )
        indexes = (models.Index(fields=["state"], condition=Q(state__in=ON_THE_WAY), name="supply_on_the_way"),)


class SupplyLine(models.Model):
    """What of an item, of a transfer what of a lot, is coming and has come. Units: pieces."""

    id = models.BigAutoField(primary_key=True)
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="lines", db_index=False)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True)
    quantity = models.IntegerField()
    received = models.IntegerField(db_default=0)
    damaged = models.IntegerField(db_default=0)

    class Meta:
        db_table = "inventory_supply_line"
        constraints = (
            models.UniqueConstraint(fields=["supply", "item", "lot"], name="supply_line_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="supply_line_counts"),
            models.CheckConstraint(condition=Q(received__gte=0, damaged__gte=0), name="supply_line_received"),
        )


class ReceiptDifference(models.Model):
    """What came otherwise than it was to come, with the reason; open until somebody has settled it. Units: pieces."""

    id = models.BigAutoField(primary_key=True)
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="differences")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10)
    quantity = models.IntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settlement = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "inventory_receipt_difference"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=DIFFERENCES), name="receipt_difference_kind"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_difference_counts"),
            models.CheckConstraint(condition=~Q(reason=""), name="receipt_difference_has_reason"),
            models.CheckConstraint(
                condition=Q(settled_at=None) | (~Q(settled_by="") & ~Q(settlement="")),
                name="receipt_difference_settled",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(settled_at=None), name="receipt_difference_open"),)
