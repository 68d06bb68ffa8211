"""Buyers: sealed with a key per person, found through blind indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
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
