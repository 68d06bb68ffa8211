"""Shops (sales channels) and items (SKUs)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.catalog.rules import ABC_CLASSES, RETURN_CLASSES, STORAGE_CLASSES


class Shop(models.Model):
    """A sales channel whose orders come in. `pool` names the stock it sells from."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    platform = models.CharField(max_length=40, default="own")
    currency = models.CharField(max_length=3, default="CNY")
    country = models.CharField(max_length=2, default="CN")
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    pool = models.SlugField(default="main")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "catalog_shop"


class Item(models.Model):
    """A SKU. `stocked` false: sold without stock (a service, or a line whose goods the source never names).

    Units: days (0: keeps for ever; 0: any), millimetres (0: unknown), months (0: no warranty). A bundle has no stock of
    its own; it is promised and leaves as its components.
    """

    id = models.BigAutoField(primary_key=True)
    sku = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    stocked = models.BooleanField(default=True)
    storage_class = models.CharField(max_length=10, default="ambient")
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    weight_g = models.PositiveIntegerField(default=0)
    barcode = models.CharField(max_length=32, blank=True)
    usual_quantity = models.PositiveIntegerField(default=0, help_text="More than this in one line is unusual; 0: any")
    shelf_life_days = models.PositiveIntegerField(db_default=0)
    minimum_remaining_days = models.PositiveIntegerField(db_default=0)
    length_mm = models.PositiveIntegerField(db_default=0)
    width_mm = models.PositiveIntegerField(db_default=0)
    height_mm = models.PositiveIntegerField(db_default=0)
    abc_class = models.CharField(max_length=1, blank=True, db_default="")
    category = models.CharField(max_length=80, blank=True, db_default="", help_text="Path of codes: a/b")
    family = models.CharField(max_length=64, blank=True, db_default="", help_text="Variants of one product share it")
    return_class = models.CharField(max_length=12, blank=True, db_default="", help_text="Why it is not taken back")
    warranty_months = models.PositiveSmallIntegerField(db_default=0)
    serialised = models.BooleanField(db_default=False)
    is_bundle = models.BooleanField(db_default=False)
    active = models.BooleanField(default=True)
    origin = models.CharField(max_length=10, default="catalog")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now(), db_index=True)

    UNKNOWN_SKU: ClassVar[str] = "NOT-SUPPLIED"

    class Meta:
        db_table = "catalog_item"
        constraints = (
            models.CheckConstraint(condition=Q(storage_class__in=STORAGE_CLASSES), name="item_storage_class"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="item_price_not_negative"),
            models.CheckConstraint(condition=Q(return_class__in=("", *RETURN_CLASSES)), name="item_return_class"),
            models.CheckConstraint(condition=Q(origin__in=("catalog", "import")), name="item_origin"),
            models.CheckConstraint(condition=Q(abc_class__in=("", *ABC_CLASSES)), name="item_abc_class"),
        )
        indexes = (models.Index(fields=["family"], condition=~Q(family=""), name="item_family"),)


class BundleComponent(models.Model):
    """What a bundle consists of: so many pieces of another item, which is no bundle itself."""

    id = models.BigAutoField(primary_key=True)
    bundle = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    component = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        db_table = "catalog_bundle_component"
        constraints = (
            models.UniqueConstraint(fields=["bundle", "component"], name="bundle_component_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bundle_component_counts"),
            models.CheckConstraint(condition=~Q(bundle=F("component")), name="bundle_is_not_its_component"),
        )


class Substitute(models.Model):
    """An item that may be offered in the place of another that is short; the lowest rank is offered first."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    substitute = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "catalog_substitute"
        constraints = (
            models.UniqueConstraint(fields=["item", "substitute"], name="substitute_once"),
            models.CheckConstraint(condition=~Q(item=F("substitute")), name="substitute_is_another"),
        )
