"""What pools may promise, what orders are promised, and until when they hold it."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

ENTRY_KINDS = ("promised", "released", "expired", "fulfilled")


class Promise(models.Model):
    """What a sales pool may promise of an item, and has. The check makes overselling impossible.

    `sellable` is what its rows for sale hold, without what is held for something else (decision 21).
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    pool = models.SlugField()
    sellable = models.IntegerField(db_default=0)
    promised = models.IntegerField(db_default=0)
    backorder_limit = models.IntegerField(db_default=0)

    class Meta:
        db_table = "inventory_promise"
        constraints = (
            models.UniqueConstraint(fields=["item", "pool"], name="promise_item_pool"),
            models.CheckConstraint(
                condition=Q(promised__lte=F("sellable") + F("backorder_limit")), name="promise_never_oversold"
            ),
            models.CheckConstraint(condition=Q(promised__gte=0), name="promise_not_negative"),
        )


class PromiseEntry(models.Model):
    """The promise ledger: per order and item, what was promised (+) or given back (-). Append only."""

    id = models.BigAutoField(primary_key=True)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.BigIntegerField()
    quantity = models.IntegerField()
    kind = models.CharField(max_length=10, db_default="promised")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inventory_promise_entry"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="promised", quantity__gt=0)
                | Q(kind__in=("released", "expired", "fulfilled"), quantity__lt=0),
                name="promise_entry_kind",
            ),
        )
        # Entries come in the order of their time: such an index costs an intake nothing and finds a day at once.
        indexes = (
            models.Index(fields=["order_id"], name="promise_entry_order"),
            BrinIndex(fields=["at"], name="promise_entry_at", pages_per_range=32),
        )


class Hold(models.Model):
    """How long an order's promises are held; an ended hold has been released, expired or made firm."""

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField(unique=True)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, db_default="held")

    class Meta:
        db_table = "inventory_hold"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("held", "firm", "released", "expired")), name="hold_state"),
        )
        indexes = (models.Index(fields=["expires_at"], condition=Q(state="held"), name="hold_expiry"),)
