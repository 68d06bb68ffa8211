"""The carrier file: who carries, with which services, where to and how long it takes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.logistics.rules import carriers as rules

REGION = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$"


class Carrier(models.Model):
    """A company that carries parcels. `state` says whether it is chosen; `review_date` when that is looked at again."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, default="active")
    state_reason = models.CharField(max_length=200, blank=True)
    review_date = models.DateField(null=True)
    contract_from = models.DateField(null=True)
    contract_until = models.DateField(null=True)
    website = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_carrier"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="carrier_state"),
            models.CheckConstraint(condition=Q(state="active") | ~Q(state_reason=""), name="carrier_state_reason"),
            models.CheckConstraint(
                condition=Q(contract_from=None) | Q(contract_until=None) | Q(contract_until__gte=F("contract_from")),
                name="carrier_contract_dates",
            ),
        )


class Service(models.Model):
    """One product of a carrier: what it takes, how weight is measured, until when it picks up, how much a day.

    `volumetric_divisor` in cm³ per kg; 0 there and in limits: none.
    """

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="services")
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    storage_classes = ArrayField(models.CharField(max_length=10), default=list)
    max_weight_g = models.PositiveIntegerField(default=0)
    max_length_mm = models.PositiveIntegerField(default=0)
    max_sides_mm = models.PositiveIntegerField(default=0, help_text="Length, width and height together")
    volumetric_divisor = models.PositiveIntegerField(default=0)
    pickup_cutoff = models.TimeField(null=True)
    capacity_per_day = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "logistics_service"
        constraints = (
            models.CheckConstraint(
                condition=Q(storage_classes__contained_by=list(rules.STORAGE_CLASSES)) & ~Q(storage_classes=[]),
                name="service_storage_classes",
            ),
        )


class Coverage(models.Model):
    """Where a service goes, and in how many days by the carrier's own word. The longest fitting prefix counts.

    `origin` and `region` are prefixes of district codes; "" is everywhere. `served` false takes a region out.
    """

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="coverage")
    origin = models.CharField(max_length=6, blank=True, default="")
    region = models.CharField(max_length=6, blank=True)
    served = models.BooleanField(default=True)
    lead_days_min = models.PositiveSmallIntegerField(default=0)
    lead_days_max = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "logistics_coverage"
        constraints = (
            models.UniqueConstraint(fields=["service", "origin", "region"], name="coverage_once"),
            models.CheckConstraint(condition=Q(lead_days_max__gte=F("lead_days_min")), name="coverage_days"),
            models.CheckConstraint(condition=Q(region__regex=REGION) & Q(origin__regex=REGION), name="coverage_region"),
        )
