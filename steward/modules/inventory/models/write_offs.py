"""Goods that are to be given up, and what an item costs: what a write-off is worth decides who has to agree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.inventory.models.ledger import Stock
from steward.modules.inventory.rules.write_offs import BASES, BY_HAND, CAUSES, STATES


class ItemCost(models.Model):
    """What a piece of an item costs us. Units: minor units of the currency."""

    id = models.BigAutoField(primary_key=True)
    item = models.OneToOneField("catalog.Item", on_delete=models.PROTECT, related_name="+")
    cost_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "inventory_item_cost"
        constraints = (models.CheckConstraint(condition=Q(cost_minor__gte=0), name="item_cost_not_negative"),)


class WriteOff(models.Model):
    """Pieces of one stock row that somebody wants to give up: held while it waits, gone when it is agreed to.

    The migration's triggers hold that what was asked for never changes, that nothing is written off without the
    approval that was granted for this very write-off, and that no movement writes off anything else or twice. `person`
    is who asked, of a program its owner; a cause of `BY_HAND` is a booking by hand that waits, of which several may.
    Units: pieces; minor units of the currency.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    cause = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    unit_minor = models.BigIntegerField()
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    basis = models.CharField(max_length=10)
    state = models.CharField(max_length=12, db_default="waiting")
    approval_request = models.ForeignKey("approvals.Request", on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.CharField(max_length=80)
    person = models.CharField(max_length=80, blank=True, db_default="")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "inventory_write_off"
        constraints = (
            models.UniqueConstraint(
                fields=["stock", "cause"],
                condition=Q(state="waiting", cause__in=CAUSES),
                name="write_off_asked_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0, value_minor__gte=0), name="write_off_counts"),
            models.CheckConstraint(condition=Q(cause__in=(*CAUSES, *BY_HAND)), name="write_off_cause"),
            models.CheckConstraint(condition=Q(basis__in=BASES), name="write_off_basis"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="write_off_state"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="write_off_ended_with_time",
            ),
        )
        indexes = (models.Index(fields=["state", "-id"], name="write_off_state_id"),)
