"""Clocks: every time limit is a policy row, every running limit a clock row."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

OUTCOMES = ("running", "met", "breached", "cancelled")


class Policy(models.Model):
    """A time limit as data. A change makes a new version; the old one stays for the clocks that ran under it."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    clock_kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    target_s = models.PositiveIntegerField()
    responsible_role = models.CharField(max_length=60)
    calendar = models.CharField(max_length=40, default="always")
    active = models.BooleanField(default=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "deadlines_policy"
        constraints = (
            models.UniqueConstraint(fields=["subject_kind", "clock_kind", "version"], name="policy_version_once"),
            models.UniqueConstraint(
                fields=["subject_kind", "clock_kind"], condition=Q(active=True), name="policy_one_active"
            ),
            models.CheckConstraint(condition=Q(target_s__gt=0), name="policy_target_positive"),
        )


class Clock(models.Model):
    """One running or ended limit. A paused clock has no `due_at`; `breached_at` is the due time, never detection."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    cycle = models.PositiveSmallIntegerField(db_default=1)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    target_s = models.PositiveIntegerField()
    consumed_s = models.PositiveIntegerField(db_default=0)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, db_default="running")

    class Meta:
        db_table = "deadlines_clock"
        constraints = (
            models.UniqueConstraint(fields=["subject_id", "subject_kind", "kind", "cycle"], name="clock_once"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="clock_outcome"),
            models.CheckConstraint(
                condition=Q(breached_at__isnull=True) | Q(due_at__isnull=True) | Q(breached_at=F("due_at")),
                name="clock_breached_when_due",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(outcome="running", due_at__isnull=False), name="clock_due"),
        )
