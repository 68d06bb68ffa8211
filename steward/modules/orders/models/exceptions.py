"""Exceptions: what is watched for, what was found, why it happened, what is muted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules.detectors import OUTCOMES, SEVERITIES, STATES, SUBJECTS

OPEN = ("open", "in_work")


class Detector(models.Model):
    """What is watched for, as data: whether at all, from which limits on, how grave, who answers, under which clock.

    `limits` holds whole numbers by name (`…_s` seconds). A change counts `version` up; the event log keeps what was.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    position = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)
    limits = models.JSONField(default=dict)
    severity = models.CharField(max_length=8)
    responsible_role = models.CharField(max_length=60)
    clock_kind = models.CharField(max_length=40, default="exception_solve")
    version = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "orders_detector"
        ordering = ("position",)
        constraints = (models.CheckConstraint(condition=Q(severity__in=SEVERITIES), name="detector_severity"),)


class Cause(models.Model):
    """Why exceptions happen, in two levels: a group has no parent. `labels` by language."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    position = models.PositiveSmallIntegerField()
    labels = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "orders_cause"
        ordering = ("position",)


class Mute(models.Model):
    """False alarms that need not be told: a detector, a condition on the facts, until when, why, by whom."""

    id = models.BigAutoField(primary_key=True)
    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="mutes")
    condition = models.JSONField(default=list)
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "orders_mute"
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="mute_reason"),
            models.CheckConstraint(condition=Q(until__gt=models.F("made_at")), name="mute_until_later"),
        )


class ExceptionCase(models.Model):
    """One fact that needs somebody. The same fact (detector, subject, fingerprint) never stands here twice.

    `facts` say what was seen; `automatic`: it closed itself because the fact was gone. Muted ones wait for their mute
    to end. What a customer wants changed is in `facts` too and goes with their erasure.
    """

    id = models.BigAutoField(primary_key=True)
    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="cases")
    subject_kind = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, null=True, related_name="exceptions")
    fact = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10)
    severity = models.CharField(max_length=8)
    responsible_role = models.CharField(max_length=60)
    owner_id = models.BigIntegerField(null=True)
    mute = models.ForeignKey(Mute, on_delete=models.PROTECT, null=True, related_name="cases")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=16, db_default="", default="")
    automatic = models.BooleanField(db_default=False, default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, db_default="", default="")
    reopened = models.PositiveSmallIntegerField(db_default=0, default=0)
    simulated = models.BooleanField(db_default=False, default=False)

    class Meta:
        db_table = "orders_exception"
        constraints = (
            models.UniqueConstraint(
                fields=["detector", "subject_kind", "subject_id", "fact"], name="exception_once_per_fact"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="exception_state"),
            models.CheckConstraint(condition=Q(severity__in=SEVERITIES), name="exception_severity"),
            models.CheckConstraint(condition=Q(subject_kind__in=SUBJECTS), name="exception_subject"),
            models.CheckConstraint(condition=Q(outcome__in=("", *OUTCOMES)), name="exception_outcome"),
            models.CheckConstraint(
                condition=Q(state__in=("solved", "dismissed"), closed_at__isnull=False) & ~Q(outcome="")
                | Q(state__in=("muted", *OPEN), closed_at__isnull=True, outcome=""),
                name="exception_closed_with_outcome",
            ),
            models.CheckConstraint(condition=~Q(state="muted") | Q(mute__isnull=False), name="exception_muted_by_mute"),
        )
        indexes = (
            models.Index(fields=["detector", "id"], condition=Q(state__in=("muted", *OPEN)), name="exception_open"),
            models.Index(fields=["opened_at"], name="exception_opened"),
        )


class ExceptionNote(models.Model):
    """What was done with an exception, or said about it; only ever added to."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    what = models.CharField(max_length=12)
    text = models.CharField(max_length=600, blank=True, default="")

    class Meta:
        db_table = "orders_exception_note"
        ordering = ("id",)
