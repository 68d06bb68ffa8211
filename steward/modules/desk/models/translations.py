"""What was said, or is to be said, in another language."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.desk.models.conversations import Message
from steward.modules.desk.models.tickets import Ticket

STATES = ("asked", "done", "failed")


class Translation(models.Model):
    """One text of a ticket in one language: of a message, or of what somebody (`staff_id`) is writing.

    `source` is the text as it was, `text` what came back; both are emptied with the messages of who is erased.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="+")
    staff_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10)
    source = models.TextField(blank=True)
    text = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, default="asked")
    error = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_translation"
        constraints = (
            models.UniqueConstraint(
                fields=["message", "language"], condition=Q(message__isnull=False), name="translation_of_message_once"
            ),
            models.UniqueConstraint(
                fields=["ticket", "staff_id"], condition=Q(message__isnull=True), name="translation_of_draft_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="translation_state"),
            models.CheckConstraint(
                condition=Q(message__isnull=False) | Q(staff_id__isnull=False), name="translation_of_something"
            ),
        )
        indexes = (models.Index(fields=["ticket"], name="translation_of_ticket"),)
