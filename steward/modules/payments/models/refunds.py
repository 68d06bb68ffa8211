"""Money on its way back: what was asked for, each refund of a payment, every step, and what may still be refunded."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.payments.models.ledger import Entry, Provider
from steward.modules.payments.rules import refunds as rules


class RefundRequest(models.Model):
    """Somebody, or a cancelled order, asks for money back. Its refunds carry it out, one per payment.

    Above a limit it waits for an approval. The migration's triggers hold that nothing goes out on an approval that was
    not granted for this very request, and that who asked, for how much, never changes.
    """

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField(db_index=True)
    order_number = models.CharField(max_length=24)
    shop = models.CharField(max_length=50)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    cause = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    requested_by = models.CharField(max_length=80)
    requested_at = models.DateTimeField()
    approval = models.CharField(max_length=12)
    approval_request = models.ForeignKey("approvals.Request", on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "payments_refund_request"
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_request_positive"),
            models.CheckConstraint(condition=Q(cause__in=rules.CAUSES), name="refund_request_cause"),
            models.CheckConstraint(condition=Q(approval__in=rules.APPROVALS), name="refund_request_approval"),
            models.CheckConstraint(
                condition=Q(approval="not_needed", approval_request=None)
                | (~Q(approval="not_needed") & Q(approval_request__isnull=False)),
                name="refund_request_approval_asked",
            ),
            models.CheckConstraint(
                condition=Q(approval__in=("not_needed", "awaiting"), settled_at=None)
                | (~Q(approval__in=("not_needed", "awaiting")) & Q(settled_at__isnull=False)),
                name="refund_request_settled_with_time",
            ),
        )


class Refund(models.Model):
    """Money going back for one payment. `number` is the key it is sent under: the provider carries it out once.

    `lease_until` names until when a call that was begun may still be running; `transaction` is the provider's name of
    the refund; `entry` the movement of the ledger once it is paid.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    request = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="refunds")
    order_id = models.BigIntegerField(db_index=True)
    payment = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="refunds")
    provider = models.CharField(max_length=40)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=20)
    state_since = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    transaction = models.CharField(max_length=120, blank=True)
    failure = models.CharField(max_length=120, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="refund")
    paid_minor = models.BigIntegerField(default=0)
    alerted_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "payments_refund"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="refund_state"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0, paid_minor__lte=F("amount_minor")), name="refund_paid_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(state="succeeded", entry__isnull=False, paid_minor__gt=0)
                | (~Q(state="succeeded") & Q(entry__isnull=True, paid_minor=0)),
                name="refund_paid_with_entry",
            ),
        )
        indexes = (
            models.Index(fields=["next_try_at", "id"], condition=Q(next_try_at__isnull=False), name="refund_next_try"),
            models.Index(fields=["state", "id"], name="refund_state_id"),
            models.Index(fields=["provider", "transaction"], name="refund_transaction"),
        )


class RefundStep(models.Model):
    """One step in the life of a refund, a call of the provider among them; only ever added to."""

    id = models.BigAutoField(primary_key=True)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(db_default=Now())
    verb = models.CharField(max_length=20)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payments_refund_step"


class ForeignRefund(models.Model):
    """A refund that somebody made at the provider, known by its key there; asked after until its amount is known.

    Its provider tells that there is one, not how much it was. Once told, however often told, it is booked once.
    """

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    order_id = models.BigIntegerField()
    payment = models.CharField(max_length=120)
    key = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    simulated = models.BooleanField(default=False)
    heard_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        db_table = "payments_foreign_refund"
        constraints = (
            models.UniqueConstraint(fields=["provider", "payment", "key"], name="foreign_refund_once"),
            models.CheckConstraint(
                condition=Q(outcome="", next_try_at__isnull=False) | (~Q(outcome="") & Q(next_try_at=None)),
                name="foreign_refund_asked_until_known",
            ),
        )
        indexes = (models.Index(fields=["next_try_at"], condition=Q(outcome=""), name="foreign_refund_due"),)


class PaymentBalance(models.Model):
    """What of one payment is promised back (`claimed`) or given back: never more than was paid.

    The row is made when something of the payment is first asked back.
    """

    payment = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    paid_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payments_payment_balance"
        constraints = (
            models.CheckConstraint(
                condition=Q(claimed_minor__gte=0, refunded_minor__gte=0), name="payment_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=F("claimed_minor") + F("refunded_minor")),
                name="payment_refund_within_paid",
            ),
        )


class OrderBalance(models.Model):
    """What of an order's money is promised back or given back: never more than was paid.

    `outside` is what came back without a refund of ours (reported by a provider or recorded by hand), as far as the
    payments cover it.
    """

    id = models.BigAutoField(primary_key=True)
    order_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_minor = models.BigIntegerField(default=0)
    outside_minor = models.BigIntegerField(default=0)
    claimed_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payments_order_balance"
        constraints = (
            models.UniqueConstraint(fields=["order_id", "currency"], name="order_balance_once"),
            models.CheckConstraint(
                condition=Q(outside_minor__gte=0, claimed_minor__gte=0, refunded_minor__gte=0),
                name="order_balance_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=F("outside_minor") + F("claimed_minor") + F("refunded_minor")),
                name="order_money_within_paid",
            ),
        )
