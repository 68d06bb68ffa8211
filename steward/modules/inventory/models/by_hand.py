"""What was booked away by hand without another person: it counts towards the limit of what may be booked next."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.inventory.models.places import Warehouse
from steward.modules.inventory.rules.moving import BY_HAND


class HandBooking(models.Model):
    """Pieces that left by hand at once, with what they were worth then. Only ever added to (trigger in the migration).

    `person` is who booked them, of a program its owner. Units: pieces; minor units of the currency.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.CharField(max_length=80)
    at = models.DateTimeField()
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    quantity = models.IntegerField()
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "inventory_hand_booking"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0, value_minor__gte=0), name="hand_booking_counts"),
            models.CheckConstraint(condition=Q(kind__in=BY_HAND), name="hand_booking_kind"),
        )
        indexes = (models.Index(fields=["person", "at"], name="hand_booking_lately"),)
