"""How much of an item a warehouse should have, and how much was asked for each day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.inventory.models.places import Warehouse

METHODS = ("given", "computed")


class ReorderPoint(models.Model):
    """When a warehouse orders an item anew. Units: pieces; days.

    `below_since` is the crossing: set once when what is available and on its way falls below the reorder point, and
    taken away when it is back, which arms the alert again.
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=10)
    safety_stock = models.IntegerField(db_default=0)
    reorder_point = models.IntegerField(db_default=0)
    order_up_to = models.IntegerField(db_default=0)
    lead_days = models.FloatField(db_default=7)
    lead_sd_days = models.FloatField(db_default=0)
    supplier = models.CharField(max_length=80, blank=True)
    demand_mean = models.FloatField(null=True)
    demand_sd = models.FloatField(null=True)
    days_seen = models.PositiveIntegerField(db_default=0)
    computed_at = models.DateTimeField(null=True)
    below_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_reorder_point"
        constraints = (
            models.UniqueConstraint(fields=["item", "warehouse"], name="reorder_point_once"),
            models.CheckConstraint(condition=Q(method__in=METHODS), name="reorder_point_method"),
            models.CheckConstraint(
                condition=Q(
                    safety_stock__gte=0, reorder_point__gte=F("safety_stock"), order_up_to__gte=F("reorder_point")
                ),
                name="reorder_point_order",
            ),
            models.CheckConstraint(condition=Q(lead_days__gte=0, lead_sd_days__gte=0), name="reorder_point_lead"),
        )


class DailyDemand(models.Model):
    """How many pieces of an item orders of a pool asked for on one day. Units: pieces."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    pool = models.SlugField()
    day = models.DateField()
    units = models.IntegerField()

    class Meta:
        db_table = "inventory_daily_demand"
        constraints = (
            models.UniqueConstraint(fields=["item", "pool", "day"], name="daily_demand_once"),
            models.CheckConstraint(condition=Q(units__gte=0), name="daily_demand_counts"),
        )
        indexes = (models.Index(fields=["day"], name="daily_demand_day"),)
