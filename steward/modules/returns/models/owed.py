"""What refunds owe besides money: points, gift-card money, coupons. Source: RET-4; docs/decisions/0038."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.returns.models.cases import Case
from steward.modules.returns.models.money import RefundDue
from steward.modules.returns.rules import owing


class Owed(models.Model):
    """One thing a case owes besides money; carried out once, when its refund is paid, at once where none is due.

    `key` names the step it belongs to. `moved` is what really moved: earned points that were spent are not taken.
    Units: points, or minor units of the case's currency.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="owed", db_index=False)
    refund = models.ForeignKey(RefundDue, on_delete=models.PROTECT, null=True, related_name="besides")
    key = models.CharField(max_length=180)
    kind = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    moved = models.BigIntegerField(default=0)
    code = models.CharField(max_length=80, blank=True, default="")
    threshold_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16, db_default="owed")
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "returns_owed"
        constraints = (
            models.UniqueConstraint(fields=["case", "key"], name="owed_once"),
            models.CheckConstraint(condition=Q(kind__in=owing.KINDS), name="owed_kind"),
            models.CheckConstraint(condition=Q(state__in=owing.STATES), name="owed_state"),
            models.CheckConstraint(condition=~Q(amount=0), name="owed_something"),
        )
        indexes = (models.Index(fields=["state", "id"], name="owed_state_id"),)
