"""Where an order's goods come from, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.fulfilment.models.waves import Wave

STATES = ("placed", "nothing", "ended")
LIVE = ("placed", "nothing")


class Allocation(models.Model):
    """One choice for one order: placed in warehouses, or nothing was found; ended when it counts no longer.

    `why` holds what was chosen and every rejected warehouse with its reason. Units: minor units of `currency`.
    """

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, null=True, related_name="allocations")
    policy_version = models.PositiveIntegerField()
    mode = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    cost_minor = models.BigIntegerField(db_default=0)
    currency = models.CharField(max_length=3)
    shipments = models.PositiveSmallIntegerField(db_default=0)
    why = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    tried_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, db_default="")

    class Meta:
        db_table = "fulfilment_allocation"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="allocation_state"),
            models.CheckConstraint(condition=Q(mode__in=("single", "flow", "splits")), name="allocation_mode"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="allocation_ended_when",
            ),
            models.UniqueConstraint(fields=["order_id"], condition=Q(state__in=LIVE), name="allocation_live_once"),
        )
        indexes = (
            models.Index(fields=["order_id", "id"], name="allocation_order"),
            models.Index(fields=["tried_at"], condition=Q(state="nothing"), name="allocation_waiting"),
        )
