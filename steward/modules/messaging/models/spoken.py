"""What somebody wrote to one customer: the words of messages that no template makes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL

from steward.modules.messaging.models.outgoing import Message


class Spoken(models.Model):
    """The words of one message of the outbox, and what it answers.

    `channel` is the conversation's, `box` the account it leaves by, `answers_id` the message from outside it answers,
    `reply_token` what an answer to it names its conversation by, `author` the name a
    chat shows. Texts are plain and go with an erasure.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="spoken")
    channel = models.CharField(max_length=12)
    box = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    answers_id = models.BigIntegerField(null=True)
    reply_token = models.CharField(max_length=80, blank=True)
    author = models.CharField(max_length=80, blank=True, db_default="", default="")
    attachment_ids = ArrayField(models.BigIntegerField(), db_default=RawSQL("'{}'::bigint[]", []), default=list)

    class Meta:
        db_table = "messaging_spoken"
