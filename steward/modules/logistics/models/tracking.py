"""Tracking: every event a carrier reported, what its codes mean, who may report, and whose number a number is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.logistics.models.shipments import Parcel
from steward.modules.logistics.rules import tracking_states as rules

FORMATS = ("standard", "kuaidi100", "track17", "aftership")


class TrackingSource(models.Model):
    """Who reports tracking events: a format, a sealed secret, and where it can be asked."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    format = models.CharField(max_length=12)
    sealed_secret = models.BinaryField()
    carrier_code = models.CharField(max_length=50, blank=True, help_text="Of whom it reports, where only of one")
    poll_url = models.CharField(max_length=300, blank=True)
    polled_at = models.DateTimeField(null=True)
    poll_fault = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_tracking_source"
        constraints = (models.CheckConstraint(condition=Q(format__in=FORMATS), name="tracking_source_format"),)


class TrackingEvent(models.Model):
    """One event as it was reported; only ever added to. What it says of its parcel is worked out from all of them.

    `parcel` null: nobody knows the number yet. `state` unknown: nobody has said what the code means. `flag` says what
    is wrong with its time. `key` makes the same event, sent again, the same row.
    """

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.SET_NULL, related_name="events", null=True)
    key = models.BinaryField(unique=True)
    source = models.CharField(max_length=50)
    format = models.CharField(max_length=12)
    carrier_code = models.CharField(max_length=50, blank=True)
    tracking_number = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    text = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=80, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    at = models.DateTimeField()
    flag = models.CharField(max_length=16, blank=True)
    expected_date = models.DateField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "logistics_tracking_event"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.EVENT_STATES), name="tracking_event_state"),
            models.CheckConstraint(condition=Q(flag__in=rules.FLAGS), name="tracking_event_flag"),
        )
        indexes = (
            models.Index(fields=["tracking_number"], condition=Q(parcel=None), name="tracking_event_homeless"),
            models.Index(fields=["format", "code"], condition=Q(state="unknown"), name="tracking_event_unknown"),
        )


class TrackingCode(models.Model):
    """What a code of a format means, as a row that people change. `carrier_code` "" is every carrier's."""

    id = models.BigAutoField(primary_key=True)
    format = models.CharField(max_length=12)
    carrier_code = models.CharField(max_length=50, blank=True)
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    set_by = models.CharField(max_length=80, default="system:seed")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_tracking_code"
        constraints = (
            models.UniqueConstraint(fields=["format", "carrier_code", "code"], name="tracking_code_once"),
            models.CheckConstraint(condition=Q(state__in=rules.EVENT_STATES), name="tracking_code_state"),
        )


class NumberRule(models.Model):
    """How a carrier's tracking numbers look: a pattern, and a check digit where it has one. Lower positions first."""

    id = models.BigAutoField(primary_key=True)
    carrier_code = models.CharField(max_length=50)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=100)
    pattern = models.CharField(max_length=300)
    check_digit = models.JSONField(default=dict, blank=True)
    examples = ArrayField(models.CharField(max_length=40), default=list)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "logistics_number_rule"
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=["carrier_code", "name"], name="number_rule_once"),)
