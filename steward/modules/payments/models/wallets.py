"""Points, store credit, gift cards and coupons of customers, and what a shop keeps in books of its own. Source: RET-7.

Balances are sums of entries that nobody rewrites; a reconciler proves it (queries/wallets.py).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.payments.rules import wallets as rules


class WalletTerms(models.Model):
    """Where a shop's points, credit and coupons are kept: `here`, or `outside` in the shop's own system.

    A shop without a row keeps its own. `minor_per_100_points`: what 100 points are worth, in minor units of the shop's
    currency.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.OneToOneField("catalog.Shop", on_delete=models.CASCADE, related_name="+")
    kept = models.CharField(max_length=8, default="outside")
    points_days = models.PositiveIntegerField(default=365)
    coupon_days = models.PositiveIntegerField(default=90)
    minor_per_100_points = models.PositiveIntegerField(default=100)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "payments_wallet_terms"
        constraints = (
            models.CheckConstraint(condition=Q(kept__in=rules.KEPT), name="wallet_kept"),
            models.CheckConstraint(condition=Q(points_days__gt=0, coupon_days__gt=0), name="wallet_days_positive"),
        )


class WalletAccount(models.Model):
    """One buyer's points or store credit, or one gift card (by its code). Merged buyers keep their own accounts.

    Units: points, or minor units of `currency`.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8)
    currency = models.CharField(max_length=3, blank=True, default="")
    code = models.CharField(max_length=80, blank=True, default="")
    balance = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payments_wallet_account"
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "kind", "currency"], condition=Q(code=""), name="wallet_account_once"
            ),
            models.UniqueConstraint(fields=["code", "currency"], condition=~Q(code=""), name="wallet_card_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="wallet_account_kind"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_balance_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="card") & ~Q(code="") | ~Q(kind="card") & Q(code="", customer__isnull=False),
                name="wallet_account_belongs",
            ),
            models.CheckConstraint(
                condition=Q(kind="points", currency="") | ~Q(kind="points") & ~Q(currency=""),
                name="wallet_account_currency",
            ),
        )


class WalletEntry(models.Model):
    """One movement of an account: above 0 given, below 0 taken. Only ever added to.

    `reference` names what it is for and stands once; taking from several accounts has a `part` for each. `number` is
    what people call the case, order or compensation behind it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(WalletAccount, on_delete=models.PROTECT, related_name="entries")
    reference = models.CharField(max_length=120)
    part = models.PositiveSmallIntegerField(default=1)
    amount = models.BigIntegerField()
    cause = models.CharField(max_length=16)
    shop = models.CharField(max_length=50, blank=True, default="")
    number = models.CharField(max_length=140, blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "payments_wallet_entry"
        constraints = (
            models.UniqueConstraint(fields=["reference", "part"], name="wallet_entry_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="wallet_entry_moves"),
            models.CheckConstraint(condition=Q(cause__in=rules.CAUSES), name="wallet_entry_cause"),
        )
        indexes = (models.Index(fields=["account", "-id"], name="wallet_entry_account"),)


class WalletLot(models.Model):
    """What is left of one gift; the lots of an account sum to its balance, so each lapses on its own day."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(WalletAccount, on_delete=models.PROTECT, related_name="lots", db_index=False)
    entry = models.OneToOneField(WalletEntry, on_delete=models.PROTECT, related_name="lot")
    amount = models.BigIntegerField()
    left = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_wallet_lot"
        constraints = (
            models.CheckConstraint(condition=Q(left__gte=0, left__lte=F("amount")), name="wallet_lot_within"),
        )
        indexes = (
            models.Index(fields=["account"], condition=Q(left__gt=0), name="wallet_lot_open"),
            models.Index(fields=["expires_at", "id"], condition=Q(left__gt=0), name="wallet_lot_expiry"),
        )


class Coupon(models.Model):
    """One coupon of one customer, good once. `reference` names what it was given for. Units: minor units; permille."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=24, unique=True)
    reference = models.CharField(max_length=120, unique=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(default=0)
    share_permille = models.PositiveSmallIntegerField(default=0)
    most_minor = models.BigIntegerField(default=0)
    threshold_minor = models.BigIntegerField(default=0)
    shops = ArrayField(models.CharField(max_length=50), default=list)
    categories = ArrayField(models.CharField(max_length=50), default=list)
    cause = models.CharField(max_length=16)
    number = models.CharField(max_length=140, blank=True, default="")
    state = models.CharField(max_length=10, db_default="issued")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "payments_coupon"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.COUPON_STATES), name="coupon_state"),
            models.CheckConstraint(condition=Q(cause__in=rules.CAUSES), name="coupon_cause"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, share_permille=0)
                | Q(amount_minor=0, share_permille__gt=0, share_permille__lt=rules.WHOLE_PERMILLE),
                name="coupon_amount_or_share",
            ),
            models.CheckConstraint(
                condition=Q(most_minor__gte=0, threshold_minor__gte=0), name="coupon_bounds_not_negative"
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="coupon_valid_for_a_time"),
            models.CheckConstraint(
                condition=Q(state="issued", ended_at=None) | (~Q(state="issued") & Q(ended_at__isnull=False)),
                name="coupon_ended_with_time",
            ),
        )
        indexes = (
            models.Index(fields=["customer", "-id"], name="coupon_customer"),
            models.Index(fields=["valid_until", "id"], condition=Q(state="issued"), name="coupon_expiry"),
        )


class CouponUse(models.Model):
    """What a coupon was used for, once at a time; `returned_at`: what was bought went back, it may be used again."""

    id = models.BigAutoField(primary_key=True)
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses", db_index=False)
    reference = models.CharField(max_length=120, unique=True)
    shop = models.CharField(max_length=50)
    saved_minor = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    returned_at = models.DateTimeField(null=True)
    returned_for = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "payments_coupon_use"
        constraints = (
            models.UniqueConstraint(fields=["coupon"], condition=Q(returned_at=None), name="coupon_used_once"),
            models.UniqueConstraint(
                fields=["returned_for"], condition=~Q(returned_for=""), name="coupon_given_back_once"
            ),
            models.CheckConstraint(condition=Q(saved_minor__gt=0), name="coupon_saves"),
        )
        indexes = (models.Index(fields=["coupon", "-id"], name="coupon_use_coupon"),)


class Handover(models.Model):
    """What a shop that keeps its own books has to give or take there; done only when the shop or a person says so.

    `terms` are those of a coupon. `outside_reference` is what the shop calls it. Units: points or minor units, signed.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField(max_length=120, unique=True)
    shop = models.CharField(max_length=50)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8)
    amount = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    code = models.CharField(max_length=80, blank=True, default="")
    terms = models.JSONField(default=dict)
    cause = models.CharField(max_length=16)
    number = models.CharField(max_length=140, blank=True, default="")
    external_number = models.CharField(max_length=140, blank=True, default="")
    state = models.CharField(max_length=12, db_default="due")
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    outside_reference = models.CharField(max_length=120, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "payments_handover"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=rules.HANDOVER_KINDS), name="handover_kind"),
            models.CheckConstraint(condition=Q(cause__in=rules.CAUSES), name="handover_cause"),
            models.CheckConstraint(condition=Q(state__in=rules.HANDOVER_STATES), name="handover_state"),
            models.CheckConstraint(
                condition=Q(state="due", settled_at=None) | (~Q(state="due") & Q(settled_at__isnull=False)),
                name="handover_settled_with_time",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(why=""), name="handover_refused_with_reason"),
        )
        indexes = (models.Index(fields=["shop", "id"], condition=Q(state="due"), name="handover_due"),)
