"""Surge mode: plans as data, what each surge changed, and the measured load of the queues."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.incidents.rules.surges import ACTION_KINDS, QUEUES, STATES


class SurgePlan(models.Model):
    """What to do when a queue surges, and when that is. A change makes a new version; one of a code is in force.

    `trigger` and `actions` are what `rules.surges` reads; `by_rule` false: only a person switches it on.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField()
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    name = models.CharField(max_length=120)
    queue = models.CharField(max_length=20)
    by_rule = models.BooleanField(default=False)
    trigger = models.JSONField()
    actions = models.JSONField()
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "incidents_surge_plan"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="surge_plan_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="surge_plan_one_active"),
            models.CheckConstraint(condition=Q(queue__in=QUEUES), name="surge_plan_queue"),
        )


class Surge(models.Model):
    """One time of surge: who or what switched it on, why, with which figures, and when it was over."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(SurgePlan, on_delete=models.PROTECT, related_name="+")
    queue = models.CharField(max_length=20)
    state = models.CharField(max_length=8, db_default="active")
    why = models.CharField(max_length=10)
    reason = models.CharField(max_length=400, blank=True)
    figures = models.JSONField()
    most_waiting = models.PositiveIntegerField(db_default=0)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    calm_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, db_default="")
    end_reason = models.CharField(max_length=400, db_default="")

    class Meta:
        db_table = "incidents_surge"
        constraints = (
            models.UniqueConstraint(fields=["queue"], condition=Q(state="active"), name="surge_one_per_queue"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="surge_state"),
            models.CheckConstraint(condition=Q(why__in=("waiting", "arriving", "drain", "hand")), name="surge_why"),
            models.CheckConstraint(
                condition=Q(state="active", ended_at=None) | Q(state="ended", ended_at__gte=F("started_at")),
                name="surge_ended_after_start",
            ),
        )


class SurgeChange(models.Model):
    """One thing a surge changed, as it was before and is since; undone at its end, or `left` with the reason.

    `subject_id`: the order whose clock stands still, or the person who was called.
    """

    id = models.BigAutoField(primary_key=True)
    surge = models.ForeignKey(Surge, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    left = models.CharField(max_length=40, db_default="")

    class Meta:
        db_table = "incidents_surge_change"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ACTION_KINDS), name="surge_change_kind"),
            models.UniqueConstraint(
                fields=["surge", "kind", "subject_id"], nulls_distinct=False, name="surge_change_once"
            ),
        )


class QueueSample(models.Model):
    """The load of a queue in one minute: who waited, who was put off, who came, what was done, by how many people.

    `last_clock_id`: up to which clock arrivals were counted. Units: pieces, people, seconds.
    """

    id = models.BigAutoField(primary_key=True)
    queue = models.CharField(max_length=20)
    at = models.DateTimeField()
    span_s = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    postponed = models.PositiveIntegerField(db_default=0)
    arrived = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    last_clock_id = models.BigIntegerField()

    class Meta:
        db_table = "incidents_queue_sample"
        constraints = (
            models.UniqueConstraint(fields=["queue", "at"], name="queue_sample_once"),
            models.CheckConstraint(condition=Q(queue__in=QUEUES), name="queue_sample_queue"),
        )
