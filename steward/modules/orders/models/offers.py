"""Offers: what a buyer was asked when goods were short, and what they answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules.offers import ANSWERS, STATES


class Offer(models.Model):
    """One offer for one order; at most one is open. What can be chosen is computed from what is there, never kept.

    `goods` are the items that were short, `terms` what the answer changed: both as they were then.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="offers")
    state = models.CharField(max_length=10, db_default="open", default="open")
    goods = models.JSONField()
    wait_until = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_count = models.PositiveSmallIntegerField(db_default=0, default=0)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True, db_default="", default="")
    reason = models.CharField(max_length=200, blank=True, db_default="", default="")
    answer = models.CharField(max_length=10, blank=True, db_default="", default="")
    terms = models.JSONField(db_default={}, default=dict)

    class Meta:
        db_table = "orders_offer"
        constraints = (
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="offer_one_open"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="offer_state"),
            models.CheckConstraint(condition=Q(answer__in=("", *ANSWERS)), name="offer_answer"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="offer_closed_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("answered", "expired")) & ~Q(answer="")
                | Q(state__in=("open", "withdrawn"), answer=""),
                name="offer_ends_with_answer",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(state="open"), name="offer_open"),)
