"""What a customer gets in the place of goods: the order made for it, and piece by piece what. Source: RET-5."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.returns.models.cases import Case, Piece
from steward.modules.returns.rules import exchange as rules


class Exchange(models.Model):
    """The replacement of a case (also what is sent again). `round` counts the orders that were made for it.

    `total_minor` is what the replacement costs, `worth_minor` what the goods were worth when it was agreed,
    `credited_minor` what of it has paid for the replacement. `pay_by`: until when a difference is to be paid. `why`
    names what made it open, ended, or kept it from being reserved. Units: minor units of the case's currency.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="exchange")
    state = models.CharField(max_length=10, db_default="chosen")
    state_since = models.DateTimeField()
    round = models.PositiveSmallIntegerField(db_default=0)
    order_id = models.BigIntegerField(null=True, unique=True)
    order_number = models.CharField(max_length=24, blank=True, db_default="")
    total_minor = models.BigIntegerField(db_default=0)
    shipping_minor = models.BigIntegerField(db_default=0)
    worth_minor = models.BigIntegerField(db_default=0)
    credited_minor = models.BigIntegerField(db_default=0)
    pay_by = models.DateTimeField(null=True)
    why = models.CharField(max_length=16, blank=True, db_default="")

    class Meta:
        db_table = "returns_exchange"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="exchange_state"),
            models.CheckConstraint(condition=Q(why__in=rules.WHYS), name="exchange_why"),
            models.CheckConstraint(
                condition=~Q(state__in=rules.WITH_ORDER) | Q(order_id__isnull=False), name="exchange_with_order"
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, shipping_minor__gte=0, worth_minor__gte=0, credited_minor__gte=0),
                name="exchange_money_positive",
            ),
        )
        indexes = (
            models.Index(fields=["state"], condition=Q(state__in=("open", "charged")), name="exchange_for_a_person"),
        )


class Swap(models.Model):
    """One piece and the item that is sent in its place, with its price; `kept` false: it is not sent after all.

    `basis`: at the price the piece had then, or at what the item costs now. Units: minor units.
    """

    id = models.BigAutoField(primary_key=True)
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="swaps")
    piece = models.OneToOneField(Piece, on_delete=models.PROTECT, related_name="swap")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=4)
    price_minor = models.BigIntegerField(db_default=0)
    kept = models.BooleanField(db_default=True)

    class Meta:
        db_table = "returns_swap"
        constraints = (
            models.CheckConstraint(condition=Q(basis__in=rules.BASES), name="swap_basis"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="swap_price"),
        )
