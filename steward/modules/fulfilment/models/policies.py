"""The policy of allocation in versions, and how a proposal would have done on past orders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Policy(models.Model):
    """One version of the weights; the highest is in force, older ones stay to explain what they decided."""

    id = models.BigAutoField(primary_key=True)
    version = models.PositiveIntegerField(unique=True)
    weights = models.JSONField()
    reason = models.CharField(max_length=200, db_default="")
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "fulfilment_policy"


class Backtest(models.Model):
    """A proposal tried on past orders beside the policy in force; `result`: figures of both and what would move."""

    id = models.BigAutoField(primary_key=True)
    policy_version = models.PositiveIntegerField()
    weights = models.JSONField()
    from_date = models.DateField()
    to_date = models.DateField()
    most_orders = models.PositiveIntegerField()
    state = models.CharField(max_length=8, db_default="queued")
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=400, db_default="")
    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.CharField(max_length=80)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fulfilment_backtest"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("queued", "done", "failed")), name="backtest_of_policy_state"
            ),
            models.CheckConstraint(condition=Q(from_date__lte=models.F("to_date")), name="backtest_of_policy_period"),
        )
