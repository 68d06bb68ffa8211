"""What was found when a piece was looked at, and what becomes of it. Source: RET-3."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from steward.modules.returns.models.cases import Piece
from steward.modules.returns.rules import states


class Inspection(models.Model):
    """One look at a piece; a second look is a row of its own and the newest counts. Only ever added to; an erasure
    empties `note` and `attachments`.

    `share_permille`: what of its value is given back for it as it is. `movement_reference` names the stock movement.
    """

    id = models.BigAutoField(primary_key=True)
    piece = models.ForeignKey(Piece, on_delete=models.PROTECT, related_name="inspections")
    grade = models.CharField(max_length=1)
    disposition = models.CharField(max_length=16)
    share_permille = models.PositiveSmallIntegerField(default=1000)
    warehouse_id = models.BigIntegerField(null=True)
    lot_code = models.CharField(max_length=40, blank=True, default="")
    serial = models.CharField(max_length=80, blank=True, default="")
    answers = models.JSONField(default=dict)
    attachments = ArrayField(models.BigIntegerField(), default=list)
    note = models.CharField(max_length=400, blank=True, default="")
    movement_reference = models.CharField(max_length=80, blank=True, default="")
    inspected_at = models.DateTimeField()
    inspected_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_inspection"
        constraints = (
            models.CheckConstraint(condition=Q(grade__in=states.GRADES), name="inspection_grade"),
            models.CheckConstraint(condition=Q(disposition__in=states.DISPOSITIONS), name="inspection_disposition"),
            models.CheckConstraint(condition=Q(share_permille__lte=1000), name="inspection_share"),
        )
        indexes = (models.Index(fields=["piece", "-id"], name="inspection_newest"),)
