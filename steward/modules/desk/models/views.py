"""Saved views of the inbox, and where each person has them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from steward.modules.desk.rules import views


class SavedView(models.Model):
    """Which tickets somebody wants to see at once, in their own words. `conditions` is data (rules/views.py).

    `shared` is empty for its owner alone, else team (`team` is its code) or all. `version` grows with each change.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=views.LONGEST_NAME)
    owner_id = models.BigIntegerField()
    shared = models.CharField(max_length=4, blank=True, default="")
    team = models.CharField(max_length=50, blank=True, default="")
    conditions = models.JSONField(default=dict)
    sort = models.CharField(max_length=8, default="due")
    columns = ArrayField(models.CharField(max_length=12), default=list)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "desk_saved_view"
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="view_has_name"),
            models.CheckConstraint(condition=Q(shared__in=views.SHARED), name="view_shared"),
            models.CheckConstraint(condition=Q(sort__in=views.SORTS), name="view_sort"),
            models.CheckConstraint(condition=~Q(shared="team") | ~Q(team=""), name="view_of_team"),
        )
        indexes = (
            models.Index(fields=["owner_id"], name="view_of_owner"),
            models.Index(fields=["shared", "team"], condition=~Q(shared=""), name="view_shared_with"),
        )


class ViewPlace(models.Model):
    """Where one person has a view in their list, and whether the inbox opens with it."""

    id = models.BigAutoField(primary_key=True)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="places")
    staff_id = models.BigIntegerField()
    position = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        db_table = "desk_view_place"
        constraints = (
            models.UniqueConstraint(fields=["staff_id", "view"], name="view_place_once"),
            models.UniqueConstraint(fields=["staff_id"], condition=Q(is_default=True), name="view_default_one"),
        )
