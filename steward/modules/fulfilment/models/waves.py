"""Waves: many orders planned together, beside what serving them one by one would have done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

STATES = ("queued", "planned", "applied", "discarded", "failed")
OUTCOMES = ("planned", "unserved", "applied", "changed")


class Wave(models.Model):
    """One wave: asked for, planned, then applied or discarded.

    `before` and `after` hold the figures of both modes. Units: `cost` and `bound` minor units; `gap` share 0–1.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=10, db_default="queued")
    pool = models.SlugField()
    wanted_method = models.CharField(max_length=8)
    limit_s = models.PositiveSmallIntegerField()
    policy_version = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=8, db_default="")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    bound_minor = models.BigIntegerField(null=True)
    gap = models.FloatField(null=True)
    took_s = models.FloatField(null=True)
    error = models.CharField(max_length=400, db_default="")
    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.CharField(max_length=80)
    planned_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, db_default="")

    class Meta:
        db_table = "fulfilment_wave"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="wave_state"),
            models.CheckConstraint(condition=Q(wanted_method__in=("flow", "splits")), name="wave_wanted_method"),
            models.CheckConstraint(
                condition=~Q(state__in=("planned", "applied")) | Q(planned_at__isnull=False), name="wave_planned_when"
            ),
        )


class WaveOrder(models.Model):
    """One order of a wave: what each mode gave it, and what became of the plan when it was applied.

    `placements` are (line, item, stock row, units) as planned; `why` explains them.
    """

    id = models.BigAutoField(primary_key=True)
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="orders")
    order_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    placements = models.JSONField(default=list)
    why = models.JSONField(default=dict)
    cost_minor = models.BigIntegerField(db_default=0)
    outcome = models.CharField(max_length=10, db_default="planned")

    class Meta:
        db_table = "fulfilment_wave_order"
        constraints = (
            models.UniqueConstraint(fields=["wave", "order_id"], name="wave_order_once"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="wave_order_outcome"),
        )
        indexes = (models.Index(fields=["order_id"], name="wave_order_order"),)
