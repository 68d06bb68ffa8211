"""Rosters: shift templates, who is on duty when, patterns that repeat, swaps.

That nobody is on duty twice at once is kept by the database: the exclusion constraint `duty_no_overlap` of migration
0004. PostgreSQL's own range index cannot compare a person beside a range (that takes the extension btree_gist), so both
are one range of whole numbers: person × 2^33 + second of the epoch. Two people never share a number, one person's
spans overlap exactly when the ranges do.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.people.models.staff import Staff
from steward.modules.people.models.teams import Team
from steward.modules.people.rules import staffing, swaps


class Shift(models.Model):
    """A template: from when to when, local time of the team; an end not after the start is on the next day."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="shifts")
    code = models.SlugField()
    name = models.CharField(max_length=40)
    start_min = models.PositiveSmallIntegerField()
    end_min = models.PositiveSmallIntegerField()
    tone = models.CharField(max_length=10, db_default="blue", default="blue")
    is_active = models.BooleanField(db_default=True, default=True)

    class Meta:
        db_table = "people_shift"
        constraints = (
            models.UniqueConstraint(fields=["team", "code"], name="shift_once_per_team"),
            models.CheckConstraint(
                condition=Q(start_min__lt=staffing.DAY_MIN, end_min__lte=staffing.DAY_MIN), name="shift_within_a_day"
            ),
            models.CheckConstraint(condition=Q(tone__in=staffing.SHIFT_TONES), name="shift_tone"),
        )


class Rotation(models.Model):
    """A pattern of shifts that repeats: one code per day of the cycle, "" is a day off."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="rotations")
    code = models.SlugField()
    name = models.CharField(max_length=80)
    pattern = models.JSONField()
    anchor_date = models.DateField()
    is_active = models.BooleanField(db_default=True, default=True)

    class Meta:
        db_table = "people_rotation"
        constraints = (models.UniqueConstraint(fields=["team", "code"], name="rotation_once_per_team"),)


class RotationMember(models.Model):
    """Who follows the pattern, so many days ahead of it."""

    id = models.BigAutoField(primary_key=True)
    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="members")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    offset_days = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "people_rotation_member"
        constraints = (models.UniqueConstraint(fields=["rotation", "staff"], name="member_once_per_rotation"),)


class Duty(models.Model):
    """One person on one shift of one day. `leave` names the leave that cancelled it."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+", db_index=False)
    on_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, db_default="planned", default="planned")
    source = models.CharField(max_length=10, db_default="manual", default="manual")
    leave = models.ForeignKey("Leave", on_delete=models.PROTECT, null=True, related_name="cancelled_duties")
    planned_by = models.CharField(max_length=80)
    planned_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "people_duty"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("planned", "cancelled")), name="duty_state"),
            models.CheckConstraint(
                condition=Q(source__in=("manual", "rotation", "import", "api", "swap")), name="duty_source"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(leave__isnull=True) | Q(state="cancelled"), name="duty_leave_cancels"),
        )
        indexes = (
            models.Index(fields=["team", "starts_at"], condition=Q(state="planned"), name="duty_of_team"),
            models.Index(fields=["staff", "starts_at"], name="duty_of_person"),
            models.Index(fields=["ends_at"], condition=Q(state="planned"), name="duty_by_end"),
        )


class Swap(models.Model):
    """A wish to give a duty to a colleague, or to exchange it for one of theirs."""

    id = models.BigAutoField(primary_key=True)
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="swaps")
    for_duty = models.ForeignKey(Duty, on_delete=models.CASCADE, null=True, related_name="+")
    asker = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    colleague = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, db_default="asked", default="asked")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "people_swap"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=swaps.STATES), name="swap_state"),
            models.CheckConstraint(condition=~Q(asker=F("colleague")), name="swap_between_two"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | (~Q(decided_by=F("asker")) & ~Q(decided_by=F("colleague"))),
                name="swap_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["duty"], condition=Q(state__in=("asked", "consented")), name="swap_open_once_per_duty"
            ),
        )
