"""Money in and out: an append-only ledger per order, fed by records, signed callbacks and our own refunds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

DIRECTIONS = ("payment", "refund")


class Entry(models.Model):
    """One movement of money. `order_id` is the order's id (a plain fact: orders lie above).

    Money that moves from one order to another (they were parted, or became one) is two entries with an `origin`: on
    the one that gives, a refund whose origin is the payment that shrinks; on the one that gets, a payment whose origin
    is the one the provider knows. No money leaves the house by them. With `is_credit` the one that gives counts as
    given back: its goods came back, and what they were worth pays for others (RET-5).
    """

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
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="moved", db_index=False)
    is_credit = models.BooleanField(db_default=False)

    class Meta:
        db_table = "payments_entry"
        constraints = (
            models.UniqueConstraint(fields=["provider", "transaction", "direction"], name="payment_once"),
            models.CheckConstraint(condition=Q(direction__in=DIRECTIONS), name="payment_direction"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(condition=Q(is_credit=False) | Q(origin__isnull=False), name="payment_credit_moves"),
        )
        indexes = (
            models.Index(fields=["order_id"], name="payment_order"),
            models.Index(fields=["origin"], condition=Q(origin__isnull=False), name="payment_moved"),
        )


class Provider(models.Model):
    """A payment provider and the secret that signs its callbacks and our calls (sealed under the master key).

    `connector` names what reaches it at `address`; without one, refunds are paid back by hand. `settings` and
    `sealed_keys` hold what its kind needs (rules/connecting.py). `statement_mapping` says which columns of its
    statements mean what. `checked_at` and `check_fault` tell how it answered when somebody last looked. `down_count`
    counts the calls in a row that found it not working; enough of them and nobody calls until `probe_at`.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    sealed_secret = models.BinaryField()
    active = models.BooleanField(default=True)
    connector = models.CharField(max_length=20, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    statement_mapping = models.JSONField(default=dict)
    settings = models.JSONField(default=dict, db_default={})
    sealed_keys = models.BinaryField(null=True)
    checked_at = models.DateTimeField(null=True)
    check_fault = models.CharField(max_length=80, default="", db_default="", blank=True)
    down_count = models.PositiveIntegerField(default=0, db_default=0)
    down_since = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_provider"
        constraints = (
            models.CheckConstraint(condition=Q(connector="") | ~Q(address=""), name="provider_connector_address"),
            models.CheckConstraint(
                condition=Q(down_since=None, probe_at=None) | Q(down_since__isnull=False, probe_at__isnull=False),
                name="provider_down_is_probed",
            ),
        )


class ProviderShop(models.Model):
    """A shop whose orders a provider may speak about."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="bindings")
    shop = models.ForeignKey("catalog.Shop", on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "payments_provider_shop"
        constraints = (models.UniqueConstraint(fields=["provider", "shop"], name="provider_shop_once"),)


class Callback(models.Model):
    """Every callback as it came, and what became of it: applied, duplicate, unmatched, refused.

    An unmatched one keeps its `body` until the order it names comes in; then it is applied, at `matched_at`.
    """

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT)
    message_id = models.CharField(max_length=120)
    received_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True)
    order_number = models.CharField(max_length=140, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    body = models.JSONField(null=True)
    matched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_callback"
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=("applied", "duplicate", "unmatched", "refused")), name="callback_outcome"
            ),
        )
        indexes = (
            models.Index(fields=["provider", "message_id"], name="callback_message"),
            models.Index(fields=["order_number"], condition=Q(outcome="unmatched"), name="callback_waiting"),
        )
