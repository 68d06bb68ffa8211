"""What watchers of tickets are about to hear, and what each of them wants to hear of (DSK-1)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.modules.desk.models.tickets import Ticket


class WatchNews(models.Model):
    """What happened to a ticket and its watcher was not told yet; told all at once, some minutes after the first."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    staff_id = models.BigIntegerField()
    happened = ArrayField(models.CharField(max_length=40), default=list)
    since = models.DateTimeField()

    class Meta:
        db_table = "desk_watch_news"
        constraints = (models.UniqueConstraint(fields=["ticket", "staff_id"], name="watch_news_once"),)
        indexes = (models.Index(fields=["since"], name="watch_news_since"),)


class WatchWish(models.Model):
    """What somebody does not want to hear of the tickets they watch; without a row they hear of everything."""

    id = models.BigAutoField(primary_key=True)
    staff_id = models.BigIntegerField(unique=True)
    words = models.BooleanField(default=True)
    moves = models.BooleanField(default=True)
    hands = models.BooleanField(default=True)

    class Meta:
        db_table = "desk_watch_wish"
