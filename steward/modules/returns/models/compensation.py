"""Compensation: for which reasons, out of which budgets, up to which limits, and what each customer got. Source: RET-7.

Budgets are one guarded row each: what is reserved and spent never exceeds the amount, whoever proposes at once.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.returns.models.cases import Case
from steward.modules.returns.rules import compensation as rules


class CompensationReason(models.Model):
    """One branch of the tree of reasons. `amounts`: by currency {usual, least, most} in minor units; none: any."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="branches")
    labels = models.JSONField(default=dict)
    kinds = ArrayField(models.CharField(max_length=8), default=list)
    amounts = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "returns_compensation_reason"
        constraints = (
            models.CheckConstraint(condition=~Q(parent=F("id")), name="compensation_reason_no_ring"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=list(rules.KINDS)), name="compensation_reason_kinds"
            ),
        )


class CompensationLimit(models.Model):
    """Up to where a role gives compensation alone, in one currency. Units: minor units of `currency`."""

    id = models.BigAutoField(primary_key=True)
    role = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    alone_minor = models.BigIntegerField()
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_compensation_limit"
        constraints = (
            models.UniqueConstraint(fields=["role", "currency"], name="compensation_limit_once"),
            models.CheckConstraint(condition=Q(alone_minor__gte=0), name="compensation_limit_not_negative"),
        )


class Budget(models.Model):
    """What may be given in a period, of a shop and a team ("": of all). Units: minor units of `currency`."""

    id = models.BigAutoField(primary_key=True)
    period = models.CharField(max_length=8)
    first_date = models.DateField()
    last_date = models.DateField()
    shop = models.CharField(max_length=50, blank=True, default="")
    team = models.CharField(max_length=50, blank=True, default="")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_budget"
        constraints = (
            models.UniqueConstraint(
                fields=["period", "first_date", "shop", "team", "currency"], name="budget_once_per_period"
            ),
            models.CheckConstraint(condition=Q(period__in=rules.PERIODS), name="budget_period"),
            models.CheckConstraint(condition=Q(last_date__gt=F("first_date")), name="budget_days"),
            models.CheckConstraint(condition=Q(reserved_minor__gte=0, spent_minor__gte=0), name="budget_not_negative"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=F("reserved_minor") + F("spent_minor")), name="budget_never_overspent"
            ),
        )
        indexes = (models.Index(fields=["currency", "first_date", "last_date"], name="budget_in_force"),)


class Compensation(models.Model):
    """One gift to a customer ("CP-2026-000012"): what, why, about what, who proposed it, and what became of it.

    `amount_minor` is what it costs at most, as budgets count it; `terms` are those of a coupon, `points` how many.
    `signs` are the reasons to look twice that were found then. `key` makes one form count once. `involved` had a
    hand in it and agree to nothing. `words` are free text, redacted on erasure. Units: minor units of `currency`.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=80, blank=True, default="")
    customer_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    order_number = models.CharField(max_length=24, blank=True, default="")
    shop = models.CharField(max_length=50, blank=True, default="")
    team = models.CharField(max_length=50, blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="compensations", db_index=False)
    ticket_id = models.BigIntegerField(null=True)
    complaint = models.CharField(max_length=24, blank=True, default="")
    kind = models.CharField(max_length=8)
    reason = models.ForeignKey(CompensationReason, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True, default="")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    points = models.BigIntegerField(default=0)
    terms = models.JSONField(default=dict)
    state = models.CharField(max_length=10, db_default="proposed")
    signs = models.JSONField(default=list)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=80)
    involved = ArrayField(models.CharField(max_length=80), default=list)
    approval_request = models.ForeignKey("approvals.Request", on_delete=models.PROTECT, null=True, related_name="+")
    refund_request_id = models.BigIntegerField(null=True)
    refund_numbers = models.CharField(max_length=300, blank=True, default="")
    coupon_id = models.BigIntegerField(null=True)
    handover_id = models.BigIntegerField(null=True)
    given_minor = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True, default="")
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "returns_compensation"
        constraints = (
            models.UniqueConstraint(fields=["proposed_by", "key"], condition=~Q(key=""), name="goodwill_proposed_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="goodwill_kind"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="goodwill_state"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="goodwill_positive"),
            models.CheckConstraint(
                condition=Q(kind="points", points__gt=0) | ~Q(kind="points") & Q(points=0), name="goodwill_points"
            ),
            models.CheckConstraint(
                condition=Q(given_minor__gte=0, given_minor__lte=F("amount_minor")), name="goodwill_given_within"
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules.OPEN, settled_at=None)
                | ~Q(state__in=rules.OPEN) & Q(settled_at__isnull=False),
                name="goodwill_settled_with_time",
            ),
        )
        indexes = (
            models.Index(fields=["customer_id", "-id"], name="goodwill_customer"),
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="goodwill_order"),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="goodwill_case"),
            models.Index(fields=["ticket_id"], condition=Q(ticket_id__isnull=False), name="goodwill_ticket"),
            models.Index(fields=["complaint"], condition=~Q(complaint=""), name="goodwill_complaint"),
            models.Index(fields=["state", "-id"], name="goodwill_state_id"),
            models.Index(
                fields=["refund_request_id"], condition=Q(refund_request_id__isnull=False), name="goodwill_refund"
            ),
        )


class BudgetDraw(models.Model):
    """What one compensation takes of one budget; the draws of a budget sum to what it has reserved and spent."""

    id = models.BigAutoField(primary_key=True)
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="draws")
    compensation = models.ForeignKey(Compensation, on_delete=models.PROTECT, related_name="draws", db_index=False)
    amount_minor = models.BigIntegerField()
    spent_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default="reserved")

    class Meta:
        db_table = "returns_budget_draw"
        constraints = (
            models.UniqueConstraint(fields=["compensation", "budget"], name="budget_drawn_once"),
            models.CheckConstraint(condition=Q(state__in=rules.DRAWS), name="budget_draw_state"),
            models.CheckConstraint(
                condition=Q(spent_minor__gte=0, spent_minor__lte=F("amount_minor")), name="budget_draw_within"
            ),
        )
