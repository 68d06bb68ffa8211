"""What a case is worth, line by line, and the refunds it asks for. Source: RET-4."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.returns.models.cases import Case
from steward.modules.returns.rules.quote import PARTS


class RefundDue(models.Model):
    """One refund a case asks for; `request_id` is the request of payments that carries it out.

    With `credit_order_id` it pays for that order instead, and no money leaves the house. Several where money goes out
    early or the rest after a second look. `key` makes the same step ask once: it is what the step is called by, and
    unique in the case. Units: minor units of the case's currency.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    request_id = models.BigIntegerField(null=True, unique=True)
    credit_order_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, db_default="asked")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=80)
    early = models.BooleanField(db_default=False, help_text="Before the goods were looked at")
    paid_minor = models.BigIntegerField(db_default=0)
    why = models.CharField(max_length=300, blank=True, db_default="", help_text="Why it was refused or failed")

    class Meta:
        db_table = "returns_refund"
        constraints = (
            models.UniqueConstraint(fields=["case", "key"], name="return_refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="return_refund_positive"),
            models.CheckConstraint(
                condition=Q(credit_order_id=None) | Q(request_id=None, state="paid"), name="return_refund_or_credit"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "paid", "refused", "failed")), name="return_refund_state"
            ),
        )


class QuotePart(models.Model):
    """One line of how a refund was computed; the parts of a refund sum to its amount. Only ever added to.

    Units: minor units, what is taken off counts down.
    """

    id = models.BigAutoField(primary_key=True)
    refund = models.ForeignKey(RefundDue, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24)
    line_id = models.BigIntegerField(null=True)
    quantity = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "returns_quote_part"
        constraints = (
            models.UniqueConstraint(fields=["refund", "position"], name="quote_part_position"),
            models.CheckConstraint(condition=Q(kind__in=PARTS), name="quote_part_kind"),
        )
