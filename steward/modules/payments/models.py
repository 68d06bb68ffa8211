"""Money in and out: an append-only ledger per order, fed by records and signed callbacks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

DIRECTIONS = ("payment", "refund")


class Entry(models.Model):
    """One movement of money. `order_id` is the order's id (a plain fact: orders lie above)."""

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    direction = models.CharField(max_length=10)
    provider = models.CharField(max_length=40)
    transaction = models.CharField(max_length=120)
    method = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "payments_entry"
        constraints = (
            models.UniqueConstraint(fields=["provider", "transaction", "direction"], name="payment_once"),
            models.CheckConstraint(condition=Q(direction__in=DIRECTIONS), name="payment_direction"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
        )
        indexes = (models.Index(fields=["order_id"], name="payment_order"),)


class Provider(models.Model):
    """A payment provider and the secret its callbacks are signed with (sealed under the master key)."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    sealed_secret = models.BinaryField()
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "payments_provider"


class Callback(models.Model):
    """Every callback as it came, and what became of it: applied, duplicate, unmatched, refused."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT)
    message_id = models.CharField(max_length=120)
    received_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True)
    order_number = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        db_table = "payments_callback"
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=("applied", "duplicate", "unmatched", "refused")), name="callback_outcome"
            ),
        )
        indexes = (models.Index(fields=["provider", "message_id"], name="callback_message"),)
