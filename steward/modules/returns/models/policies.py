"""Return policies in versions, the tree of reasons, and how a proposal would have decided past cases. Source: RET-1."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.returns.rules.states import FAULTS


class Policy(models.Model):
    """One version of the rules; the active one decides, older ones stay to explain what they decided.

    `rules` is a list of rules (rules/policy.py) in the order in which they are tried; the first that fits decides.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.PositiveIntegerField(unique=True)
    rules = models.JSONField()
    note = models.CharField(max_length=200, db_default="")
    active = models.BooleanField(default=False)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_policy"
        constraints = (
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="return_policy_one_active"),
        )


class Reason(models.Model):
    """One branch of the tree of reasons.

    `labels`: by language. `fault`: whose doing it is, so who bears the freight. `questions`: what is asked before the
    case is sent (diagnosis), a list of {code, labels, kind: yes_no|choice|text, choices, guidance}.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="branches")
    labels = models.JSONField(default=dict)
    fault = models.CharField(max_length=10)
    questions = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "returns_reason"
        constraints = (
            models.CheckConstraint(condition=Q(fault__in=FAULTS), name="return_reason_fault"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="return_reason_no_ring"),
        )


class Backtest(models.Model):
    """A proposal tried on past cases beside the policy in force; `result`: figures of both and what would change."""

    id = models.BigAutoField(primary_key=True)
    policy_version = models.PositiveIntegerField()
    rules = models.JSONField()
    from_date = models.DateField()
    to_date = models.DateField()
    most_cases = models.PositiveIntegerField()
    state = models.CharField(max_length=8, db_default="queued")
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=400, db_default="")
    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.CharField(max_length=80)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "returns_backtest"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("queued", "done", "failed")), name="backtest_of_returns_state"
            ),
            models.CheckConstraint(condition=Q(from_date__lte=F("to_date")), name="backtest_of_returns_period"),
        )
