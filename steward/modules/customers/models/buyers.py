"""Buyers: sealed with a key per person, found through blind indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.customers.rules.identities import PROOFS


class Customer(models.Model):
    """One buyer. `sealed` holds name, phone, e-mail and addresses under the person's own key.

    `survivor` is who stands for them since they were found to be the same person; empty: they stand for themselves.
    It follows from the merges that hold (`Merge`), always points to the last of a chain, and nothing else moves: rows
    of every module keep the customer they came in with. The view `customers_kin` lists who is one with whom.
    """

    id = models.BigAutoField(primary_key=True)
    person_key = models.OneToOneField("kernel.PersonKey", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(null=True)
    name_index = ArrayField(models.BinaryField(), default=list)
    phone_tail_index = models.BinaryField(null=True)
    simulated = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)
    survivor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "customers_customer"
        constraints = (
            models.CheckConstraint(
                condition=Q(survivor__isnull=True) | ~Q(survivor=F("id")), name="customer_survived_by_another"
            ),
        )
        indexes = (
            GinIndex(fields=["name_index"], name="customer_name_index"),
            models.Index(fields=["phone_tail_index"], name="customer_phone_tail"),
            models.Index(fields=["survivor"], condition=Q(survivor__isnull=False), name="customer_survived"),
        )


class Identity(models.Model):
    """One way a buyer is known: a shop's buyer id, a phone, an e-mail. `value_index` is its blind index.

    `next_index` carries the index under the coming key during rotation. `sealed` is the value under the person's key.
    Who came first with a value is found by it (`finds`); whoever comes with it later holds it too, which is what
    merging looks at.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=40)
    value_index = models.BinaryField()
    next_index = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sealed = models.BinaryField(null=True)
    finds = models.BooleanField(db_default=True, default=True)
    verified_at = models.DateTimeField(null=True)
    verified_how = models.CharField(max_length=12, blank=True, db_default="", default="")
    verified_by = models.CharField(max_length=80, blank=True, db_default="", default="")

    class Meta:
        db_table = "customers_identity"
        constraints = (
            models.UniqueConstraint(fields=["value_index"], condition=Q(finds=True), name="identity_once"),
            models.UniqueConstraint(
                fields=["value_index", "customer"], condition=Q(finds=False), name="identity_shared_once"
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_how="")
                | Q(verified_at__isnull=False, verified_how__in=PROOFS),
                name="identity_verified_somehow",
            ),
        )


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
