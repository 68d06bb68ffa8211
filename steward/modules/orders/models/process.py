"""The steps of the order process, what people did of them, and why an audit was late."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules.process import LATE_CAUSES


class Step(models.Model):
    """One version of a step of the order process: who does what, within which limit (clock kind); one is in force.

    A step that a manager added is `manual`: an order waits there until somebody says that it is done. Its `name` is by
    language, those of the others are known. A retired step has no version in force.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField()
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField()
    responsible_role = models.CharField(max_length=60)
    instruction = models.JSONField(default=dict, help_text="What to do, by language")
    clock_kind = models.CharField(max_length=40, blank=True)
    manual = models.BooleanField(default=False, db_default=False)
    name = models.JSONField(default=dict, db_default={}, help_text="What a manual step is called, by language")
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "orders_step"
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="step_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="step_one_active"),
        )


class StepDone(models.Model):
    """Somebody did a manual step of an order; once each."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="steps_done", db_index=False)
    code = models.SlugField(db_index=False)
    note = models.CharField(max_length=200, blank=True, default="")
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=80)

    class Meta:
        db_table = "orders_step_done"
        constraints = (models.UniqueConstraint(fields=["order", "code"], name="step_done_once"),)


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
