"""Tickets: one matter of one customer, who answers for it and until when."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Now

from steward.modules.desk.rules import tickets

ACTIVE = Q(state__in=tickets.ACTIVE)
# Where no clock runs a ticket comes last; a date that every calendar knows stands for never.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Ticket(models.Model):
    """One matter. `owner_id` works on it, `first_owner_id` took it first and answers for it until it is closed.

    `team` is the code of the team it is with, `customer_id` and `order_id` are ids of modules below. `category` and
    `sub_reason` are codes of the tree of categories, `sorted_by` who chose them: model, person, or "" for nobody yet.
    `heard_at` is the customer's last word, `said_at` ours, `answered_at` the first answer by a person, `awaits_since`
    the oldest word of the customer that nobody has answered. `due_at`, `due_kind` are those of the clock due next.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20, db_default="new", default="new")
    closed_as = models.CharField(max_length=12, blank=True, db_default="", default="")
    priority = models.CharField(max_length=8, db_default="normal", default="normal")
    urgency = models.CharField(max_length=8, db_default="normal", default="normal")
    special = models.BooleanField(db_default=False, default=False)
    special_reason = models.CharField(max_length=400, blank=True, db_default="", default="")
    category = models.CharField(max_length=40, blank=True, db_default="", default="")
    sub_reason = models.CharField(max_length=60, blank=True, db_default="", default="")
    sorted_by = models.CharField(max_length=8, blank=True, db_default="", default="")
    subject = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=10, blank=True, db_default="", default="")
    customer_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    first_owner_id = models.BigIntegerField(null=True)
    team = models.CharField(max_length=50, blank=True, db_default="", default="")
    tags = ArrayField(models.CharField(max_length=40), db_default=RawSQL("'{}'::varchar[]", []), default=list)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    awaits_since = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(db_default=0, default=0)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    due_at = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=40, blank=True, db_default="", default="")
    due_order = models.GeneratedField(
        expression=Coalesce("due_at", models.Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )
    simulated = models.BooleanField(db_default=False, default=False)

    class Meta:
        db_table = "desk_ticket"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=tickets.STATES), name="ticket_state"),
            models.CheckConstraint(condition=Q(priority__in=tickets.PRIORITIES), name="ticket_priority"),
            models.CheckConstraint(condition=Q(urgency__in=tickets.URGENCIES), name="ticket_urgency"),
            models.CheckConstraint(condition=Q(closed_as__in=("", *tickets.CLOSED_AS)), name="ticket_closed_as"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_as="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_as=""),
                name="ticket_closed_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(closed_as="merged") | Q(merged_into__isnull=False), name="ticket_merged_into_one"
            ),
            models.CheckConstraint(condition=Q(special=False) | ~Q(special_reason=""), name="ticket_special_why"),
            models.CheckConstraint(
                condition=Q(owner_id__isnull=True) | Q(first_owner_id__isnull=False), name="ticket_first_owner_stays"
            ),
        )
        indexes = (
            models.Index(fields=["due_order", "id"], condition=ACTIVE, name="ticket_active_due"),
            models.Index(fields=["owner_id", "due_order", "id"], condition=ACTIVE, name="ticket_of_owner"),
            models.Index(fields=["team", "due_order", "id"], condition=ACTIVE, name="ticket_of_team"),
            models.Index(
                fields=["due_order", "id"], condition=ACTIVE & Q(owner_id__isnull=True), name="ticket_unowned"
            ),
            models.Index(fields=["state", "-id"], name="ticket_by_state"),
            models.Index(fields=["customer_id", "-heard_at"], name="ticket_of_customer"),
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="ticket_of_order"),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="ticket_snoozed_until"
            ),
            models.Index(fields=["solved_at"], condition=Q(state="solved"), name="ticket_solved_at"),
            models.Index(fields=["-id"], condition=Q(closed_as="spam"), name="ticket_spam"),
            models.Index(fields=["-heard_at", "-id"], name="ticket_heard"),
            models.Index(fields=["-opened_at", "-id"], name="ticket_opened"),
            GinIndex(fields=["tags"], name="ticket_tags"),
        )


class Watcher(models.Model):
    """Who wants to hear of a ticket beside its owner."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers")
    staff_id = models.BigIntegerField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "desk_watcher"
        constraints = (models.UniqueConstraint(fields=["ticket", "staff_id"], name="watcher_once"),)
        indexes = (models.Index(fields=["staff_id", "ticket"], name="watcher_of_staff"),)


class Link(models.Model):
    """That two tickets have to do with each other; `ticket` is the one with the smaller id."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "desk_link"
        constraints = (
            models.UniqueConstraint(fields=["ticket", "other"], name="link_once"),
            models.CheckConstraint(condition=Q(ticket__lt=models.F("other")), name="link_in_order"),
            models.CheckConstraint(condition=Q(kind__in=("related", "duplicate", "split")), name="link_kind"),
        )


class Merge(models.Model):
    """That one ticket went into another, and all that is needed to take it back."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField()
    message_ids = ArrayField(models.BigIntegerField(), default=list)
    conversation_ids = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    reason = models.CharField(max_length=400, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "desk_merge"
        constraints = (
            models.UniqueConstraint(fields=["ticket"], condition=Q(undone_at=None), name="ticket_merge_one_in_force"),
            models.CheckConstraint(condition=~Q(ticket=models.F("into")), name="ticket_merge_of_two"),
        )
