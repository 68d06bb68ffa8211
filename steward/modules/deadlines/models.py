"""Clocks: every time limit is a policy row, every running limit a clock row, what happened to it its history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

OUTCOMES = ("running", "met", "breached", "cancelled")
HAPPENINGS = (
    "paused",
    "resumed",
    "recomputed",
    "due_set",
    "due_released",
    "warned",
    "breached",
    "breach_withdrawn",
    "escalated",
    "reassigned",
    "not_reassigned",
    "reopened",
    "cancelled",
)


class Policy(models.Model):
    """A time limit as data. A change makes a new version; the old one stays for the clocks that ran under it.

    Several lines may stand for one kind of clock: of those whose condition holds, the lowest rank counts. `condition`,
    `reply_rule`, `warnings` and `ladder` are lists as `rules.conditions` and `rules.ladders` read them. With
    `team_calendar` the hours of the owner's team count; `calendar` where nobody owns the subject.
    """

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    clock_kind = models.CharField(max_length=40)
    code = models.CharField(max_length=40, db_default="", default="")
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=120, db_default="", default="")
    rank = models.PositiveSmallIntegerField(db_default=100, default=100)
    condition = models.JSONField(default=list)
    target_s = models.PositiveIntegerField()
    responsible_role = models.CharField(max_length=60)
    calendar = models.CharField(max_length=40, default="always")
    team_calendar = models.BooleanField(db_default=False, default=False)
    pausable = models.BooleanField(db_default=True, default=True)
    reply_rule = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    ladder = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")
    reason = models.CharField(max_length=400, db_default="", default="")

    class Meta:
        db_table = "deadlines_policy"
        constraints = (
            models.UniqueConstraint(
                fields=["subject_kind", "clock_kind", "code", "version"], name="policy_version_once"
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "clock_kind", "code"], condition=Q(active=True), name="policy_one_active"
            ),
            models.CheckConstraint(condition=Q(target_s__gt=0), name="policy_target_positive"),
        )


class Clock(models.Model):
    """One running or ended limit. `breached_at` is the due time, never detection.

    Units: `consumed_us` microseconds of working time used up by `running_since`; `calendar_version` 0 = plain time.
    `calendar` is the one it counts by where that is not its policy's: the one of its owner's team.
    Open without `running_since`: it stands still, with no `due_at` unless it was late by then. `next_step_at` is when
    the sweep looks at it next: a warning, the breach, a step of the ladder. `owner_id` and `facts` come from above.
    """

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    cycle = models.PositiveSmallIntegerField(db_default=1)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    calendar_version = models.PositiveIntegerField(db_default=0)
    calendar = models.CharField(max_length=40, null=True)
    target_s = models.PositiveIntegerField()
    consumed_us = models.BigIntegerField(db_default=0)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    next_step_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, db_default="running")
    warned = models.PositiveSmallIntegerField(db_default=0)
    escalated = models.PositiveSmallIntegerField(db_default=0)
    external = models.BooleanField(db_default=False)
    simulated = models.BooleanField(db_default=False)
    owner_id = models.BigIntegerField(null=True)
    responsible_role = models.CharField(max_length=60, null=True)
    paused_reason = models.CharField(max_length=60, null=True)
    facts = models.JSONField(null=True)

    class Meta:
        db_table = "deadlines_clock"
        constraints = (
            models.UniqueConstraint(fields=["subject_id", "subject_kind", "kind", "cycle"], name="clock_once"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="clock_outcome"),
            models.CheckConstraint(
                condition=Q(breached_at__isnull=True) | Q(due_at__isnull=True) | Q(breached_at=F("due_at")),
                name="clock_breached_when_due",
            ),
            models.CheckConstraint(condition=Q(consumed_us__gte=0), name="clock_consumed_never_negative"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(running_since__isnull=True, next_step_at__isnull=True),
                name="clock_stopped_stands_still",
            ),
            models.CheckConstraint(
                condition=Q(running_since__isnull=True) | Q(due_at__isnull=False), name="clock_running_is_due"
            ),
        )
        indexes = (
            models.Index(fields=["next_step_at"], condition=Q(next_step_at__isnull=False), name="clock_step"),
            models.Index(
                fields=["owner_id"],
                condition=Q(owner_id__isnull=False, stopped_at__isnull=True),
                name="clock_of_owner",
            ),
        )


class History(models.Model):
    """What happened to a clock beside its plain start and end; rows are only ever added.

    `at` is the instant it belongs to, `noted_at` when it was written: a late sweep shows as the difference.
    `owner_before` and `owner_after` say between whom a subject changed hands.
    """

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=20)
    at = models.DateTimeField()
    noted_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    number = models.PositiveSmallIntegerField(db_default=0)
    verb = models.CharField(max_length=12, db_default="")
    whom = models.CharField(max_length=60, db_default="")
    reason = models.CharField(max_length=400, db_default="")
    actor = models.CharField(max_length=80)
    owner_before = models.BigIntegerField(null=True)
    owner_after = models.BigIntegerField(null=True)

    class Meta:
        db_table = "deadlines_history"
        constraints = (models.CheckConstraint(condition=Q(what__in=HAPPENINGS), name="history_what"),)
        indexes = (models.Index(fields=["clock", "id"], name="history_of_clock"),)
