"""On-call: who takes what cannot wait, in turns, with exceptions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.people.models.staff import Staff
from steward.modules.people.models.teams import Team
from steward.modules.people.rules import on_call, staffing


class OnCallRotation(models.Model):
    """The turns of one team: each lasts so many days and changes hands at a local time of the team."""

    id = models.BigAutoField(primary_key=True)
    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="on_call")
    anchor_date = models.DateField()
    handover_min = models.PositiveSmallIntegerField(db_default=540, default=540)
    period_days = models.PositiveSmallIntegerField(db_default=7, default=7)

    class Meta:
        db_table = "people_on_call_rotation"
        constraints = (
            models.CheckConstraint(condition=Q(handover_min__lt=staffing.DAY_MIN), name="on_call_handover"),
            models.CheckConstraint(condition=Q(period_days__range=(1, 28)), name="on_call_period"),
        )


class OnCallMember(models.Model):
    """Somebody's place in the turns."""

    id = models.BigAutoField(primary_key=True)
    rotation = models.ForeignKey(OnCallRotation, on_delete=models.CASCADE, related_name="members")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "people_on_call_member"
        constraints = (
            models.UniqueConstraint(fields=["rotation", "staff"], name="on_call_once_per_rotation"),
            models.UniqueConstraint(fields=["rotation", "position"], name="on_call_position_once"),
        )


class OnCallOverride(models.Model):
    """Somebody takes a turn for another; two of one tier never overlap (`on_call_override_no_overlap`)."""

    id = models.BigAutoField(primary_key=True)
    rotation = models.ForeignKey(OnCallRotation, on_delete=models.CASCADE, related_name="overrides")
    tier = models.CharField(max_length=10)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    set_by = models.CharField(max_length=80)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_on_call_override"
        constraints = (
            models.CheckConstraint(condition=Q(tier__in=on_call.TIERS), name="on_call_override_tier"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="on_call_override_ends"),
        )
