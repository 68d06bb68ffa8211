"""What the process keeps beside its steps: why an audit was late."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules.process import LATE_CAUSES


class LateAudit(models.Model):
    """An order whose audit came after its due time, and why; each due time is accounted for once.

    `automatic`: no person audited it, the checks passed late.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="late_audits")
    due_at = models.DateTimeField()
    audited_at = models.DateTimeField()
    cause = models.CharField(max_length=20)
    note = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=80)
    automatic = models.BooleanField(default=False)

    class Meta:
        db_table = "orders_late_audit"
        constraints = (
            models.UniqueConstraint(fields=["order", "due_at"], name="late_audit_once"),
            models.CheckConstraint(condition=Q(cause__in=LATE_CAUSES), name="late_audit_cause"),
            models.CheckConstraint(condition=Q(audited_at__gt=F("due_at")), name="late_audit_after_due"),
        )
        indexes = (models.Index(fields=["audited_at"], name="late_audit_when"),)
