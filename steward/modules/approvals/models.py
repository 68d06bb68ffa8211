"""Who has to agree, what was asked, and who decided: the database itself refuses a decision in one's own matter."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.approvals import rules


class Policy(models.Model):
    """The tiers of one kind of request. A change makes a new version; what was asked before keeps its own."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    tiers = models.JSONField()
    active = models.BooleanField(default=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "approvals_policy"
        constraints = (
            models.UniqueConstraint(fields=["kind", "version"], name="approval_policy_version_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(active=True), name="approval_policy_one_active"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="approval_policy_kind"),
        )


class Request(models.Model):
    """Something somebody else has to agree to.

    `hands` names who had a hand in it, who asked included (`rules.hands_text`): they decide nothing, and never change.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=60, blank=True)
    needed = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    asked_by = models.CharField(max_length=80)
    hands = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, db_default="open")
    settled_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "approvals_request"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"], condition=Q(state="open"), name="approval_asked_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="approval_kind"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="approval_state"),
            models.CheckConstraint(condition=Q(needed__gt=0), name="approval_needs_somebody"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="approval_settled_with_time",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(state="open"), name="approval_open_due"),
            models.Index(fields=["subject_kind", "subject_id"], name="approval_subject"),
            models.Index(fields=["subject_number", "-id"], name="approval_number"),
        )


class Decision(models.Model):
    """One person's verdict. `for_person` is whom they stood in for, else themselves.

    `hands` repeats the request's and is held equal to it by a foreign key (migration), so that a CHECK can refuse who
    decides in their own matter. Nobody decides twice, neither for themselves nor through a stand-in.
    """

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    hands = models.TextField()
    decided_by = models.CharField(max_length=80)
    for_person = models.CharField(max_length=80)
    verdict = models.CharField(max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "approvals_decision"
        constraints = (
            models.UniqueConstraint(fields=["request", "decided_by"], name="approval_decided_once"),
            models.UniqueConstraint(fields=["request", "for_person"], name="approval_decided_once_for"),
            models.CheckConstraint(condition=Q(verdict__in=("grant", "refuse")), name="approval_verdict"),
            models.CheckConstraint(condition=Q(verdict="grant") | ~Q(reason=""), name="approval_refused_with_reason"),
        )
