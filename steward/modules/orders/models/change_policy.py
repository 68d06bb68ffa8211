"""What a house lets be changed of orders, in versions. Source: ORD-9."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ChangePolicy(models.Model):
    """One version of the rules of changing orders (rules/change_rules.py); the active one decides."""

    id = models.BigAutoField(primary_key=True)
    version = models.PositiveIntegerField(unique=True)
    rules = models.JSONField()
    note = models.CharField(max_length=200, db_default="")
    active = models.BooleanField(default=False)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "orders_change_policy"
        constraints = (
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="change_policy_one_active"),
        )
