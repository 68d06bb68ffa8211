"""Stocktakes: what is counted, on which sheets, who found what, and what of it was booked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.inventory.models.places import Warehouse
from steward.modules.inventory.rules.moving import CONDITIONS
from steward.modules.inventory.rules.sheets import CLASSES
from steward.modules.inventory.rules.stocktaking import SHEET_STATES, STATES, SUBMITTED


class Stocktake(models.Model):
    """One count of a warehouse, or of some of its zones or classes (none named: all). Units: minor currency units.

    `off_minor` is the absolute value of all differences a second person was asked about; `submitted_by` is the person
    who asked, of a program its owner: their slices add up. From awaiting to approved it
    gets by a granted approval alone (trigger in the migration).
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    zones = ArrayField(models.CharField(max_length=50), default=list)
    classes = ArrayField(models.CharField(max_length=1), default=list)
    note = models.CharField(max_length=200, blank=True)
    due_date = models.DateField(null=True)
    state = models.CharField(max_length=20, db_default="counting")
    recounts = models.PositiveSmallIntegerField(db_default=0)
    approval = models.ForeignKey(
        "approvals.Request", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    off_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=80)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=80, blank=True, db_default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_stocktake"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="stocktake_state"),
            models.CheckConstraint(
                condition=~Q(state="awaiting_approval") | Q(approval__isnull=False), name="stocktake_waits_for_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("done", "cancelled"), ended_at__isnull=False)
                | (~Q(state__in=("done", "cancelled")) & Q(ended_at=None)),
                name="stocktake_ended_with_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""), name="stocktake_cancelled_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SUBMITTED) | (Q(submitted_at__isnull=False) & ~Q(submitted_by="")),
                name="stocktake_submitted_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["state", "-id"], name="stocktake_by_state"),
            models.Index(
                fields=["warehouse", "submitted_at"], condition=Q(state__in=SUBMITTED), name="stocktake_submitted"
            ),
        )


class StocktakeLine(models.Model):
    """An item's lot in a condition, and what was found of it at the end. Units: pieces; minor currency units a piece.

    `expected` is what the ledger said at the instant of the count, so what moves later changes nothing. A place is in
    one live stocktake at a time, else one difference would be booked twice. `booked` is what really went in.
    """

    id = models.BigAutoField(primary_key=True)
    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="lines")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.CharField(max_length=40, blank=True)
    condition = models.CharField(max_length=10)
    zone = models.CharField(max_length=50, blank=True)
    abc_class = models.CharField(max_length=1)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_found = models.BooleanField(db_default=False)
    is_live = models.BooleanField(db_default=True)
    counts = models.PositiveSmallIntegerField(db_default=0)
    counted = models.IntegerField(null=True)
    expected = models.IntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    booked = models.IntegerField(null=True)
    booked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_stocktake_line"
        constraints = (
            models.UniqueConstraint(fields=["stocktake", "item", "lot", "condition"], name="stocktake_line_once"),
            models.UniqueConstraint(
                fields=["item", "warehouse", "lot", "condition"],
                condition=Q(is_live=True),
                name="stocktake_place_counted_once",
            ),
            models.CheckConstraint(condition=Q(condition__in=CONDITIONS), name="stocktake_line_condition"),
            models.CheckConstraint(condition=Q(abc_class__in=CLASSES), name="stocktake_line_class"),
            models.CheckConstraint(
                condition=Q(counted=None, expected=None, counted_at=None, counts=0)
                | Q(counted__gte=0, expected__isnull=False, counted_at__isnull=False, counts__gt=0),
                name="stocktake_line_counted_whole",
            ),
            models.CheckConstraint(
                condition=Q(booked=None, booked_at=None) | Q(booked__isnull=False, booked_at__isnull=False),
                name="stocktake_line_booked_whole",
            ),
        )


class StocktakeSheet(models.Model):
    """What one person counts in one zone in one round; a recount is a further round."""

    id = models.BigAutoField(primary_key=True)
    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="sheets")
    round = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=50, blank=True)
    counter = models.CharField(max_length=80, blank=True)
    ordered_by = models.CharField(max_length=80)
    state = models.CharField(max_length=10, db_default="open")
    created_at = models.DateTimeField(db_default=Now())
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_stocktake_sheet"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=SHEET_STATES), name="stocktake_sheet_state"),
            models.CheckConstraint(condition=Q(round__gt=0), name="stocktake_sheet_round"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "cancelled")) | ~Q(counter=""), name="stocktake_sheet_has_counter"
            ),
            models.CheckConstraint(
                condition=Q(state="handed_in", handed_in_at__isnull=False)
                | (~Q(state="handed_in") & Q(handed_in_at=None)),
                name="stocktake_sheet_handed_in",
            ),
        )
        indexes = (
            models.Index(fields=["counter"], condition=Q(state__in=("open", "counting")), name="stocktake_sheet_mine"),
        )


class StocktakeCount(models.Model):
    """A line of a sheet, and what its counter found there. Units: pieces.

    `expected` is what the ledger said at `at`; `is_disturbed` says that goods moved between two scans. Nobody counts a
    line twice: who counts again is another person.
    """

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(StocktakeSheet, on_delete=models.PROTECT, related_name="counts", db_index=False)
    line = models.ForeignKey(StocktakeLine, on_delete=models.PROTECT, related_name="found")
    counted_by = models.CharField(max_length=80, blank=True)
    counted = models.IntegerField(null=True)
    expected = models.IntegerField(null=True)
    at = models.DateTimeField(null=True)
    is_disturbed = models.BooleanField(db_default=False)

    class Meta:
        db_table = "inventory_stocktake_count"
        constraints = (
            models.UniqueConstraint(fields=["sheet", "line"], name="stocktake_count_once"),
            models.UniqueConstraint(
                fields=["line", "counted_by"], condition=~Q(counted_by=""), name="stocktake_counted_by_another"
            ),
            models.CheckConstraint(
                condition=Q(counted=None, expected=None, at=None, counted_by="")
                | (Q(counted__gte=0, expected__isnull=False, at__isnull=False) & ~Q(counted_by="")),
                name="stocktake_count_whole",
            ),
        )
