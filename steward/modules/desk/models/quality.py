"""Quality review: score sheets, plans of samples, reviews with their marks, and what comes of them (DSK-11)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.desk.models.conversations import Message
from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import quality, sampling


class ScoreSheet(models.Model):
    """What is looked at, with weights. A change makes a new version; reviews keep the one they were made by.

    `criteria` is a list as in `rules.quality.Criterion`. Units: `most` points of a criterion, `pass_percent` percent.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=30)
    version = models.PositiveIntegerField(db_default=1, default=1)
    labels = models.JSONField()
    criteria = models.JSONField()
    most = models.PositiveSmallIntegerField(db_default=4, default=4)
    pass_percent = models.PositiveSmallIntegerField(db_default=80, default=80)
    active = models.BooleanField(db_default=True, default=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, db_default="system:seed", default="system:seed")
    reason = models.CharField(max_length=400, blank=True, db_default="", default="")

    class Meta:
        db_table = "desk_score_sheet"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="score_sheet_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="score_sheet_one_active"),
            models.CheckConstraint(condition=Q(most__range=(1, 10)), name="score_sheet_most"),
            models.CheckConstraint(condition=Q(pass_percent__lte=100), name="score_sheet_pass"),
        )


class QualityPlan(models.Model):
    """How many conversations of every agent are reviewed each week, and which of them sooner.

    `last_drawn_week` is the Monday of the last week that was drawn by itself; samples drawn by hand do not count.
    `weights` say by risk how much likelier; `reviewers` nobody named: everybody who may supervise; `team` "": all.
    Units: `amount` conversations of an agent and week, or percent of them.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    sheet = models.CharField(max_length=30)
    mode = models.CharField(max_length=8, default="count")
    amount = models.PositiveSmallIntegerField(default=2)
    weights = models.JSONField(default=dict)
    team = models.CharField(max_length=50, blank=True, default="")
    reviewers = ArrayField(models.BigIntegerField(), default=list)
    seed = models.CharField(max_length=40)
    weekly = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    last_drawn_week = models.DateField(null=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "desk_quality_plan"
        constraints = (
            models.CheckConstraint(condition=Q(mode__in=sampling.MODES), name="quality_plan_mode"),
            models.CheckConstraint(condition=Q(amount__range=(1, 100)), name="quality_plan_amount"),
        )


class QualityReview(models.Model):
    """One look at how `agent_id` led a ticket. `reviewer_id` None: whoever may supervise can take it.

    `percent` and `failed` are the result that counts, the `first_` ones what was found before somebody corrected it.
    Who is judged never judges, neither at first nor about an appeal: the database says so too.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="reviews")
    agent_id = models.BigIntegerField()
    team = models.CharField(max_length=50, blank=True, default="")
    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(QualityPlan, on_delete=models.PROTECT, null=True, related_name="reviews")
    week = models.DateField(null=True)
    origin = models.CharField(max_length=12)
    why = models.CharField(max_length=20, blank=True, default="")
    compared = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="calibrations")
    reviewer_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, db_default="open", default="open")
    opened_at = models.DateTimeField()
    percent = models.PositiveSmallIntegerField(null=True)
    failed = models.BooleanField(db_default=False, default=False)
    first_percent = models.PositiveSmallIntegerField(null=True)
    first_failed = models.BooleanField(db_default=False, default=False)
    summary = models.CharField(max_length=2000, blank=True, default="")
    submitted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    appeal = models.CharField(max_length=2000, blank=True, default="")
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=2000, blank=True, default="")
    drop_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "desk_quality_review"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=quality.STATES), name="review_state"),
            models.CheckConstraint(condition=Q(origin__in=quality.ORIGINS), name="review_origin"),
            models.CheckConstraint(
                condition=Q(reviewer_id__isnull=True) | ~Q(reviewer_id=F("agent_id")), name="review_never_of_oneself"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True)
                | (~Q(decided_by_id=F("agent_id")) & ~Q(decided_by_id=F("reviewer_id"))),
                name="review_decided_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("open", "dropped")) | Q(percent__isnull=False, submitted_at__isnull=False),
                name="review_submitted_with_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(decided_by_id__isnull=False), name="review_decided_by_somebody"
            ),
            models.CheckConstraint(condition=Q(percent__isnull=True) | Q(percent__lte=100), name="review_percent"),
            models.CheckConstraint(
                condition=~Q(origin="calibration") | Q(compared__isnull=False), name="review_calibration_of_one"
            ),
            models.UniqueConstraint(
                fields=["ticket", "agent_id"], condition=~Q(origin="calibration"), name="review_once"
            ),
            models.UniqueConstraint(fields=["ticket", "agent_id", "reviewer_id"], name="review_once_by_each"),
        )
        indexes = (
            models.Index(fields=["reviewer_id", "id"], condition=Q(state="open"), name="review_of_reviewer"),
            models.Index(fields=["state", "-id"], name="review_by_state"),
            models.Index(fields=["agent_id", "-submitted_at"], name="review_of_agent"),
            models.Index(fields=["submitted_at"], condition=Q(submitted_at__isnull=False), name="review_submitted_at"),
        )


class ReviewPoint(models.Model):
    """What one criterion got, with a remark; None: it did not apply. Only what `counts` makes the result."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(QualityReview, on_delete=models.CASCADE, related_name="points")
    criterion = models.CharField(max_length=30)
    corrected = models.BooleanField(default=False)
    points = models.PositiveSmallIntegerField(null=True)
    remark = models.CharField(max_length=400, blank=True, default="")
    counts = models.BooleanField(default=True)

    class Meta:
        db_table = "desk_review_point"
        constraints = (
            models.UniqueConstraint(fields=["review", "criterion", "corrected"], name="review_point_once"),
            models.UniqueConstraint(
                fields=["review", "criterion"], condition=Q(counts=True), name="review_point_one_counts"
            ),
        )


class ReviewRemark(models.Model):
    """What a reviewer wrote beside one message: well said, not well said, or simply a remark."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(QualityReview, on_delete=models.CASCADE, related_name="remarks")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    tone = models.CharField(max_length=8)
    text = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "desk_review_remark"
        constraints = (
            models.UniqueConstraint(fields=["review", "message"], name="review_remark_once"),
            models.CheckConstraint(condition=Q(tone__in=quality.TONES), name="review_remark_tone"),
        )


class Coaching(models.Model):
    """What an agent is to learn of a review: a note, something to do, and until when; done with a word of theirs."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(QualityReview, on_delete=models.PROTECT, related_name="coachings")
    agent_id = models.BigIntegerField()
    coach_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=2000)
    task = models.CharField(max_length=400)
    due_date = models.DateField()
    given_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "desk_coaching"
        constraints = (
            models.CheckConstraint(
                condition=Q(coach_id__isnull=True) | ~Q(coach_id=F("agent_id")), name="coaching_by_another"
            ),
        )
        indexes = (
            models.Index(fields=["agent_id", "due_date"], condition=Q(done_at__isnull=True), name="coaching_open"),
        )
