"""Pieces that are set aside for work that is no order: parts of a repair, something lent meanwhile."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.inventory.models.ledger import Stock

SET_ASIDE_STATES = ("open", "taken", "released")


class SetAside(models.Model):
    """Pieces of one stock row held for what `reference` names; `taken` is how many of them left. Units: pieces."""

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField(max_length=80)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    taken = models.IntegerField(db_default=0, default=0)
    state = models.CharField(max_length=10, db_default="open", default="open")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_set_aside"
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gt=0, taken__gte=0, taken__lte=models.F("quantity")), name="set_aside_counts"
            ),
            models.CheckConstraint(condition=Q(state__in=SET_ASIDE_STATES), name="set_aside_state"),
            models.CheckConstraint(
                condition=Q(state="open", taken=0, ended_at=None)
                | Q(state="released", taken=0, ended_at__isnull=False)
                | Q(state="taken", taken__gt=0, ended_at__isnull=False),
                name="set_aside_ended",
            ),
        )
        indexes = (
            models.Index(fields=["stock"], condition=Q(state="open"), name="set_aside_open"),
            models.Index(fields=["reference"], name="set_aside_reference"),
        )
