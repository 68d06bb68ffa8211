"""Let a refund tell what goes back onto gift cards."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

PARTS = (
    "goods",
    "line_discount",
    "order_discount",
    "coupon",
    "coupon_lost",
    "points",
    "gift_card",
    "freight",
    "free_shipping_lost",
    "return_freight",
    "restocking",
    "grade",
    "deduction",
    "goodwill",
    "beyond_paid",
)


class Migration(migrations.Migration):
    """One check."""

    dependencies: ClassVar = [("returns", "0004_first_policy")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="quotepart", name="quote_part_kind"),
        migrations.AddConstraint(
            model_name="quotepart",
            constraint=models.CheckConstraint(condition=Q(kind__in=PARTS), name="quote_part_kind"),
        ),
    ]
