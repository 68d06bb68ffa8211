"""Who asked on their own pages to be erased, and which ticket sees to it."""

from __future__ import annotations

from django.db import models

from steward.modules.desk.models.tickets import Ticket


class ErasureWish(models.Model):
    """A person's latest wish to be erased; there is one, and a new one only once its ticket is over."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField(unique=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "desk_erasure_wish"
