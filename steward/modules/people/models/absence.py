"""Leave and presence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.people.models.staff import Staff
from steward.modules.people.rules import absence, presence


class Leave(models.Model):
    """Somebody is away from one instant to another; two leaves of one person never overlap (`leave_no_overlap`)."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    delegate = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, db_default="requested", default="requested")
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "people_leave"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=absence.STATES), name="leave_state"),
            models.CheckConstraint(condition=Q(kind__in=absence.LEAVE_KINDS), name="leave_kind"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leave_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True) | ~Q(delegate=F("staff")), name="leave_delegate_is_another"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("staff")), name="leave_decided_by_another"
            ),
        )
        indexes = (
            models.Index(fields=["staff", "starts_at"], name="leave_of_person"),
            models.Index(fields=["ends_at"], condition=Q(state="approved"), name="leave_by_end"),
        )


class Presence(models.Model):
    """When somebody's console was last heard of, and what they said of themselves until when."""

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, primary_key=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=10, blank=True, default="")
    said_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_presence"
        constraints = (
            models.CheckConstraint(condition=Q(said__in=("", *presence.SAID)), name="presence_said"),
            models.CheckConstraint(
                condition=Q(said="") | Q(said_until__isnull=False), name="presence_said_until_an_end"
            ),
        )
        indexes = (models.Index(fields=["seen_at"], name="presence_seen"),)
