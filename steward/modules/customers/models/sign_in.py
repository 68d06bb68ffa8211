"""How customers get into their pages: codes that were asked for, and visits that are signed in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.customers.models.buyers import Customer
from steward.modules.customers.rules.sign_in import WAYS


class SignInCode(models.Model):
    """One code that was asked for; whoever asked for one nobody is known by has a row as well, which opens nothing.

    `key_hash` is of what the browser that asked holds, `code_hash` of what was sent; neither can be turned back.
    `value_index` and `place_index` are blind indexes of what was typed and of the network it was typed in.
    `key_version` names the master key of `code_hash`, so that a new one leaves codes on their way as they are.
    """

    id = models.BigAutoField(primary_key=True)
    key_hash = models.BinaryField(unique=True)
    kind = models.CharField(max_length=5)
    value_index = models.BinaryField()
    place_index = models.BinaryField()
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    code_hash = models.BinaryField(null=True)
    key_version = models.PositiveSmallIntegerField(default=0, db_default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_sign_in_code"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=WAYS), name="sign_in_way"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="sign_in_expires_later"),
            models.CheckConstraint(
                condition=Q(customer=None, code_hash=None) | Q(customer__isnull=False, code_hash__isnull=False),
                name="sign_in_code_of_somebody",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(customer__isnull=False), name="sign_in_used_by_one"),
        )
        indexes = (models.Index(fields=["asked_at"], name="sign_in_asked"),)


class WrongCode(models.Model):
    """One wrong code that was typed: for whom (known or not) and in which network, both as blind indexes; for a day."""

    id = models.BigAutoField(primary_key=True)
    value_index = models.BinaryField()
    place_index = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_wrong_code"
        indexes = (
            models.Index(fields=["value_index", "at"], name="wrong_code_of_value"),
            models.Index(fields=["place_index", "at"], name="wrong_code_of_place"),
            models.Index(fields=["at"], name="wrong_code_at"),
        )


class UploadDay(models.Model):
    """How much one customer has sent us on their pages on one day; a day is one of the house's."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    files = models.PositiveIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        db_table = "customers_upload_day"
        constraints = (models.UniqueConstraint(fields=["customer", "day"], name="upload_day_once"),)
        indexes = (models.Index(fields=["day"], name="upload_day"),)


class Visit(models.Model):
    """One browser in which a customer is signed in, until `ends_at`, which moves on while they are there."""

    id = models.BigAutoField(primary_key=True)
    key_hash = models.BinaryField(unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="visits")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When it ends however busy it is")

    class Meta:
        db_table = "customers_visit"
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__lte=F("last_at")), name="visit_ends_in_time"),
            models.CheckConstraint(condition=Q(seen_at__gte=F("opened_at")), name="visit_seen_after_opened"),
        )
        indexes = (models.Index(fields=["ends_at"], name="visit_ends"),)
