"""Conversations: threads on one channel, and every message in and out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import chats

KINDS = ("inbound", "reply", "note", "system", "call")
AUTHORS = ("customer", "staff", "bot", "system")
# held: it can still be taken back. sent: the carrier has it. shown: it needs no carrier.
STATES = ("received", "held", "shown", "sent", "failed", "withdrawn")


class Conversation(models.Model):
    """One thread on one channel: by which account, with whom, and the ticket it is about now.

    `thread` is the channel's name of it, never personal: the root's Message-ID, else empty for one lasting thread with
    the customer. An answer leaves by the conversation of the word it answers. A chat on a shop's pages knows the
    visitor's browser (`visit_id`, the transport's) and who holds it (`holder`; empty on other channels).
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="conversations")
    channel = models.CharField(max_length=12)
    box = models.CharField(max_length=80)
    thread = models.CharField(max_length=500, blank=True)
    customer_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    visit_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=8, blank=True, db_default="", default="")
    simulated = models.BooleanField(db_default=False, default=False)

    class Meta:
        db_table = "desk_conversation"
        constraints = (
            models.CheckConstraint(condition=Q(holder__in=("", *chats.HOLDERS)), name="conversation_holder"),
        )
        indexes = (
            models.Index(fields=["visit_id"], condition=Q(visit_id__isnull=False), name="conversation_of_visit"),
            models.Index(fields=["customer_id", "channel", "box", "-heard_at"], name="conversation_of_customer"),
            models.Index(fields=["ticket"], name="conversation_of_ticket"),
            models.Index(fields=["thread"], condition=~Q(thread=""), name="conversation_thread"),
        )


class Message(models.Model):
    """One thing said: by the customer, to them, or among ourselves. Texts are plain and go with an erasure.

    `inbound_id` and `outbox_id` name the transport's rows in `messaging`. `then` is what becomes of the ticket once an
    answer has left, `automatic` an answer nobody wrote. `reference` is the channel's own name (a Message-ID).
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, related_name="messages")
    kind = models.CharField(max_length=8)
    author = models.CharField(max_length=8)
    staff_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    quoted = models.TextField(blank=True, db_default="", default="")
    html = models.TextField(blank=True, db_default="", default="")
    language = models.CharField(max_length=10, blank=True, db_default="", default="")
    state = models.CharField(max_length=10)
    error = models.CharField(max_length=300, blank=True, db_default="", default="")
    automatic = models.BooleanField(db_default=False, default=False)
    then = models.CharField(max_length=20, blank=True, db_default="", default="")
    sends_at = models.DateTimeField(null=True)
    inbound_id = models.BigIntegerField(null=True)
    outbox_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=500, blank=True, db_default="", default="")
    attachment_ids = ArrayField(models.BigIntegerField(), db_default=RawSQL("'{}'::bigint[]", []), default=list)
    mentions = ArrayField(models.BigIntegerField(), db_default=RawSQL("'{}'::bigint[]", []), default=list)
    facts = models.JSONField(db_default=RawSQL("'{}'::jsonb", []), default=dict)
    noted_at = models.DateTimeField(db_default=Now())
    simulated = models.BooleanField(db_default=False, default=False)

    class Meta:
        db_table = "desk_message"
        constraints = (
            models.UniqueConstraint(fields=["inbound_id"], name="message_of_inbound_once"),
            models.UniqueConstraint(fields=["outbox_id"], name="message_of_outbox_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="desk_message_kind"),
            models.CheckConstraint(condition=Q(author__in=AUTHORS), name="desk_message_author"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="desk_message_state"),
            models.CheckConstraint(
                condition=~Q(author="staff") | Q(staff_id__isnull=False), name="desk_message_staff_named"
            ),
        )
        indexes = (
            models.Index(fields=["ticket", "id"], name="desk_message_of_ticket"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="desk_message_reference"),
            models.Index(fields=["sends_at"], condition=Q(state="held"), name="desk_message_held"),
            models.Index(fields=["at"], condition=Q(author="staff"), name="desk_message_of_staff"),
        )
