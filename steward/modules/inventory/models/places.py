"""Where goods lie: warehouses, and the zones that say what may be kept in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.catalog.rules import STORAGE_CLASSES

PURPOSES = ("storage", "receiving", "quarantine")


class Warehouse(models.Model):
    """A place that holds stock for one sales pool. Units: degrees; orders a day (0: no limit)."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    district_code = models.CharField(max_length=6, blank=True)
    pool = models.SlugField(default="main")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    daily_capacity = models.PositiveIntegerField(db_default=0)

    class Meta:
        db_table = "inventory_warehouse"


class Zone(models.Model):
    """A part of a warehouse: what kind of goods it is fit for, and what it is used for."""

    id = models.BigAutoField(primary_key=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="zones", db_index=False)
    code = models.SlugField()
    storage_class = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10, db_default="storage")

    class Meta:
        db_table = "inventory_zone"
        constraints = (
            models.UniqueConstraint(fields=["warehouse", "code"], name="zone_code"),
            models.CheckConstraint(condition=Q(storage_class__in=STORAGE_CLASSES), name="zone_storage_class"),
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="zone_purpose"),
        )
