"""What texts are found by, and the texts that are still to be read for it."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from steward.modules.desk.models.conversations import Message
from steward.modules.desk.models.tickets import Ticket

DUE = ("message", "ticket")


class SearchText(models.Model):
    """What one message, or the subject of one ticket, is found by. Kept in step by triggers and the worker.

    `at` is when it was said, never later than when it was read: searches begin now. No personal data are in `words`.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, related_name="+")
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        db_table = "desk_search"
        constraints = (
            models.CheckConstraint(
                condition=Q(message__isnull=False, ticket__isnull=True) | Q(message__isnull=True, ticket__isnull=False),
                name="search_of_one",
            ),
        )
        indexes = (GinIndex(fields=["words"], name="search_words", gin_pending_list_limit=512),)


class SearchDue(models.Model):
    """That a text is new or was changed; written by triggers, taken by the worker."""

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=8)
    row_id = models.BigIntegerField()

    class Meta:
        db_table = "desk_search_due"
        constraints = (
            models.UniqueConstraint(fields=["what", "row_id"], name="search_due_once"),
            models.CheckConstraint(condition=Q(what__in=DUE), name="search_due_what"),
        )
