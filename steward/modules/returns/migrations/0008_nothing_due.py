"""Let a refund of nothing be written, and tell what a refund that failed had given back."""

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
    "paid_before",
    "beyond_paid",
)


class Migration(migrations.Migration):
    """Two checks."""

    dependencies: ClassVar = [("returns", "0007_first_limits")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="quotepart", name="quote_part_kind"),
        migrations.AddConstraint(
            model_name="quotepart",
            constraint=models.CheckConstraint(condition=Q(kind__in=PARTS), name="quote_part_kind"),
        ),
        migrations.RemoveConstraint(model_name="refunddue", name="return_refund_positive"),
        migrations.AddConstraint(
            model_name="refunddue",
            constraint=models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(amount_minor=0, state="paid", request_id=None),
                name="return_refund_positive",
            ),
        ),
    ]
