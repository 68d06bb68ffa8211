"""What became of parcels: one row per parcel that ended, and how many took how many days."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.logistics.models.carriers import Service
from steward.modules.logistics.rules import deliveries as rules


class Delivery(models.Model):
    """A parcel's end: delivered, lost, damaged or returned. Shipments write it; scorecards read it.

    `promised_date` and `delivered_date` are local days; `transit_days` days from hand-over to delivery.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField(max_length=80, unique=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.CharField(max_length=6, blank=True)
    destination = models.CharField(max_length=6, blank=True)
    distance_km = models.PositiveIntegerField(null=True)
    handed_over_date = models.DateField()
    promised_date = models.DateField(null=True)
    delivered_date = models.DateField(null=True)
    transit_days = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=10)
    claim_days = models.PositiveSmallIntegerField(null=True)
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    weight_g = models.PositiveIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_delivery"
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=rules.OUTCOMES), name="delivery_outcome"),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="delivery_rating"),
            models.CheckConstraint(
                condition=Q(delivered_date=None) | Q(delivered_date__gte=F("handed_over_date")), name="delivery_days"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="delivered") | Q(delivered_date__isnull=False), name="delivered_has_day"
            ),
        )
        indexes = (models.Index(fields=["service", "handed_over_date"], name="delivery_of_service"),)


class LaneDays(models.Model):
    """How many parcels of a service on a lane of provinces took how many days, by week: what is learnt from."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+", db_index=False)
    origin = models.CharField(max_length=2, blank=True)
    destination = models.CharField(max_length=2, blank=True)
    band = models.PositiveSmallIntegerField()
    week = models.DateField()
    days = models.PositiveSmallIntegerField()
    parcels = models.PositiveIntegerField()

    class Meta:
        db_table = "logistics_lane_days"
        constraints = (
            models.UniqueConstraint(
                fields=["week", "service", "origin", "destination", "band", "days"], name="lane_days_once"
            ),
        )


class ServiceChoice(models.Model):
    """Which service was chosen for what, why, and what else there was; the newest of a reference counts.

    `kind` proposed: by the rule; overridden: by a person, with a reason.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField(max_length=80)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10)
    cause = models.CharField(max_length=24)
    reason = models.CharField(max_length=200, blank=True)
    promised_date = models.DateField(null=True)
    facts = models.JSONField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_service_choice"
        indexes = (models.Index(fields=["reference", "-id"], name="choice_of_reference"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=("proposed", "overridden")), name="choice_kind"),
            models.CheckConstraint(condition=~Q(kind="overridden") | ~Q(reason=""), name="override_has_reason"),
        )
