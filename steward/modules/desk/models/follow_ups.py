"""Asking customers afterwards: whom, by which way, what they said (DSK-9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import follow_ups as rules


class FollowUpPolicy(models.Model):
    """Which solved tickets are asked about: empty facts fit any. The first that fits by rank counts.

    Units: hours after the solution; percent of the tickets that fit.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(default=100)
    category = models.CharField(max_length=40, blank=True, default="")
    priority = models.CharField(max_length=8, blank=True, default="")
    complaint = models.BooleanField(default=False)
    channel = models.CharField(max_length=8)
    after_h = models.PositiveSmallIntegerField(default=24)
    sample_percent = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "desk_follow_up_policy"
        constraints = (
            models.CheckConstraint(condition=Q(channel__in=rules.CHANNELS), name="follow_up_policy_channel"),
            models.CheckConstraint(condition=Q(sample_percent__lte=100), name="follow_up_policy_share"),
        )


class FollowUp(models.Model):
    """One question about one solution of a ticket; also that nobody was asked, and why (`why`).

    `tries` counts calls nobody took. `changeable_until`: till then an answer can be put right. `taken_up_at`: when the
    matter was taken up again because of it, once.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="follow_ups")
    solved_at = models.DateTimeField()
    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=10)
    why = models.CharField(max_length=20, blank=True, default="")
    asked_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    satisfied = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")
    changeable_until = models.DateTimeField(null=True)
    taken_up_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "desk_follow_up"
        constraints = (
            models.UniqueConstraint(fields=["ticket", "solved_at"], name="follow_up_once_per_solution"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="follow_up_state"),
            models.CheckConstraint(condition=Q(channel__in=rules.CHANNELS), name="follow_up_channel"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5), name="follow_up_score"
            ),
            models.CheckConstraint(
                condition=Q(state="answered", satisfied__isnull=False, answered_at__isnull=False)
                | ~Q(state="answered") & Q(satisfied__isnull=True, answered_at__isnull=True),
                name="follow_up_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="to_call", next_try_at__isnull=False) | ~Q(state="to_call") & Q(next_try_at=None),
                name="follow_up_next_try",
            ),
        )
        indexes = (
            models.Index(fields=["customer_id", "-asked_at"], name="follow_up_of_customer"),
            models.Index(fields=["next_try_at", "id"], condition=Q(state="to_call"), name="follow_up_call_list"),
            models.Index(fields=["asked_at"], condition=Q(state__in=rules.OPEN), name="follow_up_open"),
            models.Index(fields=["state", "-id"], name="follow_up_by_state"),
            models.Index(fields=["-asked_at", "-id"], name="follow_up_newest"),
        )
