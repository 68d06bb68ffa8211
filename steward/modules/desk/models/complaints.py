"""Complaints: a registered matter with its own number, of which kind it is and what it came from (DSK-8)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import complaints as rules


class ComplaintType(models.Model):
    """One branch of the tree of types. Tickets with one of the `reasons` (category.sub_reason) are complaints of it."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="branches")
    labels = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=100)
    reasons = ArrayField(models.CharField(max_length=110), default=list)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "desk_complaint_type"
        constraints = (models.CheckConstraint(condition=~Q(parent=F("id")), name="complaint_type_no_ring"),)


class ComplaintCause(models.Model):
    """One branch of the tree of root causes."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="branches")
    labels = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "desk_complaint_cause"
        constraints = (models.CheckConstraint(condition=~Q(parent=F("id")), name="complaint_cause_no_ring"),)


class Complaint(models.Model):
    """One complaint. `told_at` is the customer's word; `team` and `owner_id` answer for it.

    `about_staff_id` is whom it is about. `waits_since`: it waits for the customer. `due_at` is that of its clock due
    next. `reference` is the number an authority or a marketplace gave it.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=16, default="noticed")
    source = models.CharField(max_length=12)
    type = models.ForeignKey(ComplaintType, on_delete=models.PROTECT, related_name="+")
    seriousness = models.CharField(max_length=8, default="normal")
    words = models.CharField(max_length=2000, blank=True, default="")
    wants = models.CharField(max_length=400, blank=True, default="")
    reference = models.CharField(max_length=60, blank=True, default="")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="complaints")
    customer_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    team = models.CharField(max_length=50, blank=True, default="")
    owner_id = models.BigIntegerField(null=True)
    about_staff_id = models.BigIntegerField(null=True)
    cause = models.ForeignKey(ComplaintCause, on_delete=models.PROTECT, null=True, related_name="+")
    cause_words = models.CharField(max_length=1000, blank=True, default="")
    proposal = models.CharField(max_length=1000, blank=True, default="")
    outcome = models.CharField(max_length=24, blank=True, default="")
    outcome_words = models.CharField(max_length=400, blank=True, default="")
    told_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    registered_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    waits_since = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "desk_complaint"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="complaint_state"),
            models.CheckConstraint(condition=Q(seriousness__in=rules.SERIOUSNESS), name="complaint_seriousness"),
            models.CheckConstraint(condition=Q(source__in=rules.SOURCES), name="complaint_source"),
            models.CheckConstraint(condition=Q(outcome__in=("", *rules.OUTCOMES)), name="complaint_outcome"),
            models.CheckConstraint(
                condition=Q(state__in=("noticed", "dismissed")) | Q(registered_at__isnull=False),
                name="complaint_registered_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(cause__isnull=False, closed_at__isnull=False) & ~Q(team="") & ~Q(outcome=""),
                name="complaint_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(outcome="", closed_at__isnull=True, closed_by_id__isnull=True),
                name="complaint_ends_once_closed",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=rules.NEEDS_WORDS) | ~Q(outcome_words=""), name="complaint_refused_why"
            ),
            # Four eyes: whom it is about neither has it nor closes it.
            models.CheckConstraint(
                condition=Q(about_staff_id__isnull=True)
                | (Q(owner_id__isnull=True) | ~Q(owner_id=F("about_staff_id")))
                & (Q(closed_by_id__isnull=True) | ~Q(closed_by_id=F("about_staff_id"))),
                name="complaint_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state__in=rules.LIVE), name="complaint_one_live_of_ticket"
            ),
        )
        indexes = (
            models.Index(fields=["state", "-id"], name="complaint_by_state"),
            models.Index(fields=["owner_id", "-id"], condition=Q(state__in=rules.LIVE), name="complaint_of_owner"),
            models.Index(fields=["due_at"], condition=Q(state__in=rules.LIVE), name="complaint_due"),
            models.Index(fields=["closed_at"], condition=Q(state="closed"), name="complaint_closed"),
            models.Index(fields=["-told_at"], name="complaint_told"),
            models.Index(fields=["customer_id", "-id"], name="complaint_of_customer"),
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="complaint_of_order"),
        )
