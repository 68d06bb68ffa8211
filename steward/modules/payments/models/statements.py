"""What a provider's statement says, and where it differs from the ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.payments.models.ledger import DIRECTIONS, Entry, Provider
from steward.modules.payments.rules import reconciling as rules


class Statement(models.Model):
    """One statement of a provider, over a span of time. The same content is taken in once."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="statements")
    file_name = models.CharField(max_length=200)
    digest = models.BinaryField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    row_count = models.PositiveIntegerField()
    matched_count = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField(db_default=Now())
    imported_by = models.CharField(max_length=80)
    compared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_statement"
        constraints = (
            models.UniqueConstraint(fields=["provider", "digest"], name="statement_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="statement_span"),
        )


class StatementRow(models.Model):
    """One movement as the provider states it. Units: minor units of the row's currency."""

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    direction = models.CharField(max_length=10)
    transaction = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        db_table = "payments_statement_row"
        constraints = (
            models.UniqueConstraint(fields=["statement", "position"], name="statement_row_once"),
            models.CheckConstraint(condition=Q(direction__in=DIRECTIONS), name="statement_row_direction"),
        )
        indexes = (models.Index(fields=["statement", "direction", "transaction"], name="statement_row_key"),)


class Difference(models.Model):
    """Where statement and ledger differ; worked by a person with a reason, or gone by itself.

    `answer` is what the provider said of the payment when it was asked (a fate of `ports`), and how much it was.
    """

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=16)
    direction = models.CharField(max_length=10)
    transaction = models.CharField(max_length=120)
    stated_minor = models.BigIntegerField(null=True)
    stated_currency = models.CharField(max_length=3, blank=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+")
    ours_minor = models.BigIntegerField(null=True)
    ours_currency = models.CharField(max_length=3, blank=True)
    order_id = models.BigIntegerField(null=True)
    found_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=20, db_default="")
    reason = models.CharField(max_length=200, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, blank=True, db_default="")
    answered_minor = models.BigIntegerField(null=True)
    answered_currency = models.CharField(max_length=3, blank=True, db_default="")

    class Meta:
        db_table = "payments_difference"
        constraints = (
            models.CheckConstraint(condition=Q(answer__in=("", *rules.ANSWERS)), name="difference_answer"),
            models.UniqueConstraint(fields=["statement", "kind", "direction", "transaction"], name="difference_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="difference_kind"),
            models.CheckConstraint(condition=Q(outcome__in=("", *rules.OUTCOMES)), name="difference_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None) | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="difference_settled_with_outcome",
            ),
        )
        indexes = (models.Index(fields=["-id"], condition=Q(outcome=""), name="difference_open"),)
