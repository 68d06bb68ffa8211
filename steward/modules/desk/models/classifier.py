"""What the classifier is and said: its versions, a verdict for each ticket, and what people corrected."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.desk.models.tickets import Ticket

SHARE = Q(probability__gte=0) & Q(probability__lte=1)


class ClassifierVersion(models.Model):
    """One fitted model. `content` is arrays and JSON, whole by `sha256`; `figures` is how it did on rows kept back.

    `seed` names the phrases it learnt, `corrections` how many of people's. One is in use; `refused` was no better.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=8, default="kept")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    took_s = models.FloatField()
    seed = models.CharField(max_length=64)
    corrections = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    used_since = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "desk_classifier_version"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("in_use", "kept", "refused")), name="classifier_state"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="in_use"), name="classifier_one_in_use"),
        )


class TicketVerdict(models.Model):
    """What the model said of a ticket, whether it was set alone, and the next best."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="verdict")
    version = models.ForeignKey(ClassifierVersion, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=40)
    sub_reason = models.CharField(max_length=60)
    probability = models.FloatField()
    reason_probability = models.FloatField()
    alone = models.BooleanField()
    others = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_ticket_verdict"
        constraints = (models.CheckConstraint(condition=SHARE, name="verdict_probability"),)


class CategoryCorrection(models.Model):
    """That a person said what a ticket is about; the next training learns from it. Rows are only added."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="corrections")
    from_category = models.CharField(max_length=40, blank=True)
    from_reason = models.CharField(max_length=60, blank=True)
    to_category = models.CharField(max_length=40)
    to_reason = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_category_correction"
        constraints = (models.CheckConstraint(condition=~Q(to_category=""), name="correction_names_category"),)
        indexes = (models.Index(fields=["ticket", "-id"], name="correction_of_ticket"),)
