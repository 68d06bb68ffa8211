"""Process flows, and the checklist that each ticket has of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules.flows import STEP_STATES


class Flow(models.Model):
    """One version of a process as data; tickets go on under the version they began with.

    Of those in force whose condition holds of a ticket the one with the lowest position counts. Steps and condition as
    `rules.flows` and the time limits' conditions read them.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=100)
    labels = models.JSONField(default=dict)
    condition = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")
    reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "desk_flow"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="flow_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="flow_one_active"),
        )


class TicketStep(models.Model):
    """One step of one ticket's flow. `dropped`: the ticket took another flow before it was done.

    `passed`: it was not needed, by its condition. `outcome`: what came of it, where the flow tells that apart.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="steps", db_index=False)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=60)
    state = models.CharField(max_length=8)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(max_length=400, blank=True, default="")
    outcome = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        db_table = "desk_ticket_step"
        constraints = (
            models.UniqueConstraint(
                fields=["ticket", "flow", "code"], condition=~Q(state="dropped"), name="ticket_step_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STEP_STATES), name="ticket_step_state"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "open"), ended_at__isnull=True)
                | Q(state__in=("done", "skipped", "passed", "dropped"), ended_at__isnull=False),
                name="ticket_step_ended_when",
            ),
        )
        indexes = (
            models.Index(fields=["ticket", "position"], name="ticket_step_of_ticket"),
            models.Index(fields=["role", "opened_at"], condition=Q(state="open"), name="ticket_step_open"),
        )
