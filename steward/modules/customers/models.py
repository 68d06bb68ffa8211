"""Buyers: sealed with a key per person, found through blind indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Customer(models.Model):
    """One buyer. `sealed` holds name, phone, e-mail and addresses under the person's own key."""

    id = models.BigAutoField(primary_key=True)
    person_key = models.OneToOneField("kernel.PersonKey", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(null=True)
    name_index = ArrayField(models.BinaryField(), default=list)
    phone_tail_index = models.BinaryField(null=True)
    simulated = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_customer"
        indexes = (
            GinIndex(fields=["name_index"], name="customer_name_index"),
            models.Index(fields=["phone_tail_index"], name="customer_phone_tail"),
        )


class Identity(models.Model):
    """One way a buyer is known: a shop's buyer id, a phone, an e-mail. `value_index` is its blind index.

    `next_index` carries the index under the coming key during rotation.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=40)
    value_index = models.BinaryField()
    next_index = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_identity"
        constraints = (models.UniqueConstraint(fields=["value_index"], name="identity_once"),)


class Account(models.Model):
    """Terms on which a buyer pays later: up to what they may owe in one currency, and within how many days.

    Rows are only added and ended; the one without an end is in force.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField()
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")
    end_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "customers_account"
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(ended_at=None), name="account_one_in_force"
            ),
            models.CheckConstraint(condition=Q(limit_minor__gt=0), name="account_limit_positive"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=365), name="account_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="account_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__gte=F("set_at")) & ~Q(ended_by="")),
                name="account_ended_by_somebody",
            ),
        )
