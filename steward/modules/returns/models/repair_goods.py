"""What a repair needs and costs: parts, quotes, what the customer owes, something lent meanwhile. Source: RET-6."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.returns.models.repairs import Repair
from steward.modules.returns.rules import repair as rules


class RepairPart(models.Model):
    """Pieces of one item a repair needs. `wanted` until stock sets them aside; what was not used goes back.

    `set_asides` name the rows of stock's. `price_minor` is what the customer would pay a piece, `cost_minor` what it
    costs us. Units: pieces; minor units of the repair's currency.
    """

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="parts")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    warehouse = models.CharField(max_length=50, blank=True, db_default="", default="")
    state = models.CharField(max_length=10, db_default="wanted", default="wanted")
    set_asides = models.JSONField(default=list)
    used = models.PositiveIntegerField(db_default=0, default=0)
    price_minor = models.BigIntegerField(db_default=0, default=0)
    cost_minor = models.BigIntegerField(db_default=0, default=0)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_repair_part"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.PART_STATES), name="repair_part_state"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, used__lte=models.F("quantity"), price_minor__gte=0, cost_minor__gte=0),
                name="repair_part_counts",
            ),
            models.CheckConstraint(condition=Q(state="used") | Q(used=0), name="repair_part_used"),
        )
        indexes = (
            models.Index(fields=["repair", "id"], name="repair_part_of"),
            models.Index(fields=["item"], condition=Q(state="wanted"), name="repair_part_wanted"),
        )


class RepairQuote(models.Model):
    """What a repair would cost the customer: lines {what, quantity, amount_minor}, until when they may agree.

    `words` are the customer's answer, redacted on erasure. Units: minor units.
    """

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="quotes")
    lines = models.JSONField(default=list)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=400, blank=True, default="")
    state = models.CharField(max_length=10, db_default="open", default="open")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")
    words = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "returns_repair_quote"
        constraints = (
            models.UniqueConstraint(fields=["repair"], condition=Q(state="open"), name="repair_quote_one_open"),
            models.CheckConstraint(condition=Q(state__in=rules.QUOTE_STATES), name="repair_quote_state"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="repair_quote_positive"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | ~Q(state="open") & Q(answered_at__isnull=False),
                name="repair_quote_answered_with_time",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], condition=Q(state="open"), name="repair_quote_open"),)


class RepairCharge(models.Model):
    """What a customer owes for a repair, or for something lent that never came back.

    `account` is what the ledger of payments knows it by: an id of the orders' own sequence that no order has, so that
    providers, callbacks, refunds and statements treat it as they do an order of that number. Units: minor units.
    """

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="charges")
    number = models.CharField(max_length=24, unique=True)
    account = models.BigIntegerField(unique=True)
    cause = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(db_default=0, default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, db_default="due", default="due")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "returns_repair_charge"
        constraints = (
            models.UniqueConstraint(
                fields=["repair", "cause"], condition=~Q(state="dropped"), name="repair_charge_once"
            ),
            models.CheckConstraint(condition=Q(state__in=rules.CHARGE_STATES), name="repair_charge_state"),
            models.CheckConstraint(condition=Q(cause__in=rules.CHARGE_CAUSES), name="repair_charge_cause"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, paid_minor__gte=0), name="repair_charge_positive"),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(why=""), name="repair_charge_waived_with_reason"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_minor__gte=models.F("amount_minor")), name="repair_charge_paid"
            ),
        )


class Loaner(models.Model):
    """Something lent from stock while a repair lasts; it is due back, comes back with a grade, or is lost."""

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="loaners")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=80, blank=True, default="")
    warehouse = models.CharField(max_length=50)
    lot = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, db_default="lent", default="lent")
    lent_at = models.DateTimeField()
    lent_by = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    grade = models.CharField(max_length=1, blank=True, default="")
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "returns_loaner"
        constraints = (
            models.UniqueConstraint(fields=["repair"], condition=Q(state="lent"), name="loaner_one_at_a_time"),
            models.UniqueConstraint(
                fields=["item", "serial"], condition=Q(state="lent") & ~Q(serial=""), name="loaner_lent_once"
            ),
            models.CheckConstraint(condition=Q(state__in=rules.LOANER_STATES), name="loaner_state"),
            models.CheckConstraint(condition=Q(grade__in=("", *rules.GRADES)), name="loaner_grade"),
            models.CheckConstraint(
                condition=Q(state="lent", ended_at=None) | ~Q(state="lent") & Q(ended_at__isnull=False),
                name="loaner_ended_with_time",
            ),
        )
