"""What screening keeps: signals to count over, rules as data, lists, what was judged, held and decided, back-tests."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.orders.models.order import Order

SIGNALS = ("customer", "phone", "address", "device", "payment_account", "ip")
PURPOSES = ("block", "allow", "forwarding")
SET_STATES = ("draft", "active", "retired")
OUTCOMES = ("released", "rejected", "lapsed")
TEST_STATES = ("waiting", "running", "done", "failed")


class Signal(models.Model):
    """One thing an order has in common with others: a blind index of a phone, an address, a device and so on.

    `at` is when the order was placed. While two index keys are in use an order has a row under each, so that windows
    reach over the change. No row locks: what an erased person's orders left here is deleted.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=16)
    value = models.BinaryField()
    key_version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "orders_signal"
        constraints = (
            models.UniqueConstraint(fields=["order", "value"], name="signal_once"),
            models.CheckConstraint(condition=Q(kind__in=SIGNALS), name="signal_kind"),
        )
        indexes = (models.Index(fields=["value", "at", "order"], include=["customer_id"], name="signal_window"),)


class RuleSet(models.Model):
    """One version of the screening rules. A change makes a new version; one is in force."""

    id = models.BigAutoField(primary_key=True)
    version = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default="draft")
    hold_at = models.PositiveSmallIntegerField(help_text="Score from which an order is held")
    rules = models.JSONField()
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")
    activated_at = models.DateTimeField(null=True)
    activated_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "orders_screening_rules"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=SET_STATES), name="rule_set_state"),
            models.CheckConstraint(condition=Q(hold_at__gte=1, hold_at__lte=100), name="rule_set_hold_at"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="rule_set_one_active"),
        )


class ListEntry(models.Model):
    """A value that is blocked, trusted, or known as a forwarding point; kept as a blind index and a masked text."""

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(max_length=10)
    kind = models.CharField(max_length=16)
    value = models.BinaryField()
    key_version = models.PositiveSmallIntegerField()
    masked = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    until = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "orders_screening_entry"
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="entry_purpose"),
            models.CheckConstraint(condition=Q(kind__in=SIGNALS), name="entry_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="entry_reason"),
            models.UniqueConstraint(
                fields=["purpose", "value"], condition=Q(ended_at__isnull=True), name="entry_once_in_force"
            ),
        )
        indexes = (models.Index(fields=["value"], condition=Q(ended_at__isnull=True), name="entry_value"),)


class Screening(models.Model):
    """What the rules in force said of an order: a score 0–100 and the reasons. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="screenings")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(db_default=[])
    screened_at = models.DateTimeField()

    class Meta:
        db_table = "orders_screening"
        constraints = (models.CheckConstraint(condition=Q(score__lte=100), name="screening_score"),)


class Hold(models.Model):
    """An order that waits for a person, because its score was too high. Open until it has a decision."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds")
    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="hold")
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "orders_hold"


class HoldDecision(models.Model):
    """What became of a hold: released or rejected by a person with a reason, or lapsed with its order. Once each."""

    id = models.BigAutoField(primary_key=True)
    hold = models.OneToOneField(Hold, on_delete=models.CASCADE, related_name="decision")
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80)

    class Meta:
        db_table = "orders_hold_decision"
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="hold_outcome"),
            models.CheckConstraint(condition=Q(outcome="lapsed") | ~Q(reason=""), name="hold_decided_with_reason"),
        )


class Backtest(models.Model):
    """A rule set tried on past orders: which of them count as bad, how far it is, and what came out."""

    id = models.BigAutoField(primary_key=True)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField()
    bad = ArrayField(models.CharField(max_length=20))
    labelled = ArrayField(models.BigIntegerField(), default=list, help_text="Orders a label file calls bad")
    label_file = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, default="waiting")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=400, blank=True, default="")
    requested_by = models.CharField(max_length=80)
    requested_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_backtest"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=TEST_STATES), name="backtest_state"),
            models.CheckConstraint(condition=Q(to_date__gte=models.F("from_date")), name="backtest_period"),
        )
