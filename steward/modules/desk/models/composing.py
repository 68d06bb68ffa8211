"""What helps people to answer: standard answers, drafts, and who looks at or writes on a ticket right now."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from steward.modules.desk.models.tickets import Ticket

DRAFT_KINDS = ("reply", "note")


class Macro(models.Model):
    """A standard answer (标准应答). `titles` and `bodies` are texts by language, bodies with variables.

    `actions` is what happens with the answer: {"category": code, "sub_reason": code, "tags": [...], "then": verb}.
    `teams` are the codes of the teams that may use it, none means everybody. `uses` counts answers it went out with.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    titles = models.JSONField()
    bodies = models.JSONField()
    actions = models.JSONField(db_default=RawSQL("'{}'::jsonb", []), default=dict)
    teams = ArrayField(models.CharField(max_length=50), db_default=RawSQL("'{}'::varchar[]", []), default=list)
    uses = models.PositiveIntegerField(db_default=0, default=0)
    is_active = models.BooleanField(db_default=True, default=True)
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "desk_macro"
        constraints = (models.CheckConstraint(condition=~Q(code=""), name="macro_has_code"),)


class Draft(models.Model):
    """What somebody has written on a ticket and not sent: one of each person and ticket."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    staff_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    text = models.TextField()
    macro = models.CharField(max_length=40, blank=True, db_default="", default="")
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "desk_draft"
        constraints = (
            models.UniqueConstraint(fields=["ticket", "staff_id"], name="draft_once"),
            models.CheckConstraint(condition=Q(kind__in=DRAFT_KINDS), name="draft_kind"),
        )
        indexes = (models.Index(fields=["staff_id"], name="draft_of_staff"),)


class Viewing(models.Model):
    """When somebody last looked at a ticket, and until when they count as there (`until`) or writing."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="viewings")
    staff_id = models.BigIntegerField()
    seen_at = models.DateTimeField()
    until = models.DateTimeField()
    writing_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_viewing"
        constraints = (models.UniqueConstraint(fields=["ticket", "staff_id"], name="viewing_once"),)
