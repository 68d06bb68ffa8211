"""Changes of orders: proposed, looked at, then confirmed as a whole or not at all."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules.changes import KINDS, LAPSES, STATES


class OrderChange(models.Model):
    """One change of one order (split, merge: of two), as it was previewed; at most one is open per order.

    `content` is what is wanted, `base` the facts it was computed from and `base_version` their hash, `effects` what the
    preview showed. `sealed` holds a new address under the customer's key.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="changes")
    other = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+")
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default="draft")
    content = models.JSONField()
    sealed = models.BinaryField(null=True)
    reason = models.CharField(max_length=200)
    base = models.JSONField()
    base_version = models.CharField(max_length=64)
    effects = models.JSONField()
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    lapse = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        db_table = "orders_change"
        constraints = (
            models.UniqueConstraint(fields=["order"], condition=Q(state="draft"), name="change_one_draft"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="change_kind"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="change_state"),
            models.CheckConstraint(
                condition=Q(state="draft", ended_at=None, ended_by="")
                | (~Q(state="draft") & Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="change_ended_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state="lapsed", lapse__in=LAPSES) | (~Q(state="lapsed") & Q(lapse="")),
                name="change_lapse_named",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="change_has_reason"),
        )
        indexes = (models.Index(fields=["proposed_at"], condition=Q(state="draft"), name="change_drafts"),)
