"""Tariffs: what a service costs, in versions that never change; each lane has tiers of weight without overlap or gap.

That tiers of a lane never overlap, nor versions of a service, is kept by the database: the exclusion constraints
`tariff_row_no_overlap` and `tariff_no_overlap` of migration 0002, each over one range of whole numbers (lane × 2^32 +
grams, service × 2^24 + day), because PostgreSQL's own range index cannot compare an owner beside a range. Gaps are
refused by the rules before anything is written.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.logistics.models.carriers import REGION, Service
from steward.modules.logistics.rules import carriers, tariffs


class Tariff(models.Model):
    """One version of a service's prices, from its first to its last day (none: until another one follows)."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="tariffs")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    round_up_g = models.PositiveIntegerField(default=1)
    lower_break = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_tariff"
        constraints = (
            models.UniqueConstraint(fields=["service", "version"], name="tariff_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="tariff_days"
            ),
            models.CheckConstraint(condition=Q(round_up_g__gte=1), name="tariff_rounding"),
        )


class TariffLane(models.Model):
    """From one region to another; the longest prefixes that fit count, the origin's first."""

    id = models.BigAutoField(primary_key=True)
    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, related_name="lanes", db_index=False)
    origin = models.CharField(max_length=6, blank=True)
    region = models.CharField(max_length=6, blank=True)

    class Meta:
        db_table = "logistics_tariff_lane"
        constraints = (
            models.UniqueConstraint(fields=["tariff", "origin", "region"], name="tariff_lane_once"),
            models.CheckConstraint(
                condition=Q(origin__regex=REGION) & Q(region__regex=REGION), name="tariff_lane_region"
            ),
        )


class TariffRow(models.Model):
    """One tier of a lane: weights above `from_g` up to and including `to_g`; rules/tariffs.py says how it is priced."""

    id = models.BigAutoField(primary_key=True)
    lane = models.ForeignKey(TariffLane, on_delete=models.CASCADE, related_name="rows")
    from_g = models.BigIntegerField()
    to_g = models.BigIntegerField(null=True)
    base_minor = models.BigIntegerField(default=0)
    included_g = models.BigIntegerField(default=0)
    step_g = models.BigIntegerField(default=1)
    per_tonne_minor = models.BigIntegerField(default=0)
    per_m3_minor = models.BigIntegerField(default=0)
    minimum_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "logistics_tariff_row"
        constraints = (
            models.CheckConstraint(
                condition=Q(from_g__gte=0)
                & Q(from_g__lt=tariffs.HEAVIEST_G)
                & (Q(to_g=None) | (Q(to_g__gt=F("from_g")) & Q(to_g__lte=tariffs.HEAVIEST_G))),
                name="tariff_row_weights",
            ),
            models.CheckConstraint(
                condition=Q(
                    base_minor__gte=0,
                    included_g__gte=0,
                    step_g__gte=1,
                    per_tonne_minor__gte=0,
                    per_m3_minor__gte=0,
                    minimum_minor__gte=0,
                ),
                name="tariff_row_not_negative",
            ),
        )


class TariffSurcharge(models.Model):
    """What comes on top of the freight where region, storage class and weight fit."""

    id = models.BigAutoField(primary_key=True)
    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, related_name="surcharges")
    kind = models.CharField(max_length=12)
    region = models.CharField(max_length=6, blank=True)
    storage_class = models.CharField(max_length=10, blank=True)
    from_g = models.BigIntegerField(default=0)
    fixed_minor = models.BigIntegerField(default=0)
    share_ppm = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "logistics_tariff_surcharge"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=tariffs.SURCHARGE_KINDS), name="surcharge_kind"),
            models.CheckConstraint(
                condition=Q(storage_class__in=("", *carriers.STORAGE_CLASSES)), name="surcharge_storage_class"
            ),
            models.CheckConstraint(
                condition=Q(from_g__gte=0, fixed_minor__gte=0, share_ppm__lte=tariffs.MOST_SHARE_PPM)
                & Q(region__regex=REGION),
                name="surcharge_fits",
            ),
        )


class TariffMapping(models.Model):
    """How a carrier's sheet is read: which column means what. Data, changed without code."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    content = models.JSONField()
    changed_by = models.CharField(max_length=80, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_tariff_mapping"
