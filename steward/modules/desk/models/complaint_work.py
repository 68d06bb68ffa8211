"""What is done about a complaint: measures, compensation, calls back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.desk.models.complaints import Complaint
from steward.modules.desk.rules import complaints as rules


class ComplaintMeasure(models.Model):
    """Something the house does so that it does not happen again, by whom and until when."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="measures")
    words = models.CharField(max_length=400)
    staff_id = models.BigIntegerField(null=True)
    due_date = models.DateField(null=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "desk_complaint_measure"
        constraints = (
            models.CheckConstraint(condition=~Q(words=""), name="complaint_measure_words"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by="") | Q(done_at__isnull=False) & ~Q(done_by=""),
                name="complaint_measure_done_by",
            ),
        )


class Compensation(models.Model):
    """A wish to make good with an amount, and what became of it. Units: minor units of the currency.

    `given_id` is the compensation of returns that costs the house something; `approval_id` is what somebody else
    decides about it, `refund_request_id` the refund that carries it out; without one a second person hands it over.
    """

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="compensations")
    kind = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, default="asked")
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    given_id = models.BigIntegerField(null=True, unique=True)
    approval_id = models.BigIntegerField(null=True)
    refund_request_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "desk_compensation"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="compensation_kind"),
            models.CheckConstraint(condition=Q(state__in=rules.WISH_STATES), name="compensation_state"),
            models.CheckConstraint(
                condition=Q(kind="apology", amount_minor=0, currency="")
                | ~Q(kind="apology") & Q(amount_minor__gt=0) & ~Q(currency=""),
                name="compensation_amount",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="compensation_why"),
            # Four eyes: who asked for it does not hand it over; a refund is handed over by the payments.
            models.CheckConstraint(
                condition=Q(handed_over_by="") | ~Q(handed_over_by=F("asked_by")), name="compensation_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_over") | Q(handed_over_at__isnull=False),
                name="compensation_handed_over_when",
            ),
        )


class ComplaintCallBack(models.Model):
    """That the customer is to be called about their complaint: by whom, when, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="call_backs")
    staff_id = models.BigIntegerField()
    call_at = models.DateTimeField()
    result = models.CharField(max_length=12, blank=True, default="")
    words = models.CharField(max_length=400, blank=True, default="")
    set_by = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "desk_complaint_call_back"
        constraints = (
            models.CheckConstraint(condition=Q(result__in=rules.CALL_BACK_RESULTS), name="complaint_call_back_result"),
            models.CheckConstraint(
                condition=Q(result="", done_at__isnull=True) | ~Q(result="") & Q(done_at__isnull=False),
                name="complaint_call_back_done_when",
            ),
        )
        indexes = (
            models.Index(fields=["staff_id", "call_at"], condition=Q(result=""), name="complaint_call_back_open"),
        )
