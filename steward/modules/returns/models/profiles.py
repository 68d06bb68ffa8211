"""How much customers of a shop send back: what advice about one of them is measured by. Source: RET-7."""

from __future__ import annotations

from django.db import models


class ShopProfile(models.Model):
    """Return rates of a shop's customers over the last year by value, computed every night. Shares 0–1."""

    id = models.BigAutoField(primary_key=True)
    shop = models.CharField(max_length=50, unique=True)
    customers = models.PositiveIntegerField()
    mean = models.FloatField()
    variance = models.FloatField()
    p90 = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "returns_shop_profile"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(mean__gte=0, mean__lte=1, p90__gte=0, p90__lte=1, variance__gte=0),
                name="shop_profile_shares",
            ),
        )
