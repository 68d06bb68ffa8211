"""From which state to which tickets went, when and by whom; only ever added to."""

from __future__ import annotations

from django.db import models

from steward.modules.desk.models.tickets import Ticket


class Move(models.Model):
    """One change of a ticket's state. `by` is the actor's id; what is simulated leaves none."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    verb = models.CharField(max_length=20)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        db_table = "desk_move"
        indexes = (
            models.Index(fields=["after", "-at", "-id"], name="move_into_state"),
            models.Index(fields=["ticket", "id"], name="move_of_ticket"),
        )
