"""Calls as a telephone system tells of them, whose extension is whose, and who is to be called back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import calls


class Call(models.Model):
    """One call. The number is not kept here: it is the customer's, sealed with them; withheld, nobody is known.

    `box` is the account of the telephone system, `external_id` its name of the call.
    """

    id = models.BigAutoField(primary_key=True)
    box = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    direction = models.CharField(max_length=3)
    state = models.CharField(max_length=8, db_default="ringing", default="ringing")
    called = models.CharField(max_length=40, blank=True)
    extension = models.CharField(max_length=40, blank=True)
    staff_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="calls")
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    held_s = models.PositiveIntegerField(db_default=0, default=0)
    transfers = models.PositiveSmallIntegerField(db_default=0, default=0)
    recording_url = models.CharField(max_length=500, blank=True)
    clock_ends_at = models.DateTimeField(null=True)
    first_told_at = models.DateTimeField()

    class Meta:
        db_table = "desk_call"
        constraints = (
            models.UniqueConstraint(fields=["box", "external_id"], name="call_once"),
            models.CheckConstraint(condition=Q(state__in=calls.STATES), name="call_state"),
            models.CheckConstraint(condition=Q(direction__in=calls.DIRECTIONS), name="call_direction"),
        )
        indexes = (
            models.Index(fields=["-first_told_at", "-id"], name="call_newest"),
            models.Index(fields=["staff_id"], condition=Q(state__in=("ringing", "answered", "held")), name="call_live"),
            models.Index(fields=["customer_id", "-id"], name="call_of_customer"),
            models.Index(fields=["ticket"], condition=Q(ticket__isnull=False), name="call_of_ticket"),
            models.Index(fields=["clock_ends_at"], condition=Q(clock_ends_at__isnull=False), name="call_clock_ends"),
        )


class CallEvent(models.Model):
    """One thing that happened to a call, kept once however often it is told. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="told", db_index=False)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    extension = models.CharField(max_length=40, blank=True)
    staff_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=500, blank=True)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "desk_call_event"
        constraints = (
            models.UniqueConstraint(fields=["call", "kind", "at", "extension"], name="call_event_once"),
            models.CheckConstraint(condition=Q(kind__in=calls.KINDS), name="call_event_kind"),
        )


class Extension(models.Model):
    """Whose telephone an extension is."""

    id = models.BigAutoField(primary_key=True)
    box = models.CharField(max_length=40)
    number = models.CharField(max_length=40)
    staff_id = models.BigIntegerField()

    class Meta:
        db_table = "desk_extension"
        constraints = (models.UniqueConstraint(fields=["box", "number"], name="extension_of_one"),)


class CallBack(models.Model):
    """That a customer whose call nobody answered is to be called back; more missed calls make it no second one."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="call_backs")
    customer_id = models.BigIntegerField()
    missed = models.PositiveSmallIntegerField(db_default=1, default=1)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, db_default="open", default="open")
    note = models.CharField(max_length=400, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "desk_call_back"
        constraints = (
            models.UniqueConstraint(fields=["customer_id"], condition=Q(state="open"), name="call_back_one_open"),
            models.CheckConstraint(condition=Q(state__in=calls.CALL_BACK_STATES), name="call_back_state"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True) | ~Q(state="open") & Q(settled_at__isnull=False),
                name="call_back_settled_when",
            ),
        )
        indexes = (models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="call_back_due"),)
