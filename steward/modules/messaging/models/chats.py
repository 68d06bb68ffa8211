"""The chat on a shop's pages: visits of browsers, and what each of them has been shown, line by line."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from steward.modules.messaging.models.accounts import ChannelAccount
from steward.modules.messaging.rules import chats


class ChatVisit(models.Model):
    """One browser on one account's pages, for as long as it keeps its token. `key` names it to us and nobody else.

    `portal_visit_id` ties it to a customer who is signed in to their own pages, as a plain fact: with that visit it
    ends. `holder` is who the visitor talks with, as last told. Lines are numbered from 1 to `last_seq`; the visitor's
    browser has got those up to `heard_seq`, the visitor read up to `read_seq`, the staff up to `staff_seq`.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=32, unique=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.SET_NULL, null=True, related_name="+")
    portal_visit_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=8)
    language = models.CharField(max_length=10, blank=True, db_default="", default="")
    facts = models.JSONField(db_default=RawSQL("'{}'::jsonb", []), default=dict)
    reachable = models.BooleanField(db_default=False, default=False)
    last_seq = models.PositiveIntegerField(db_default=0, default=0)
    heard_seq = models.PositiveIntegerField(db_default=0, default=0)
    read_seq = models.PositiveIntegerField(db_default=0, default=0)
    staff_seq = models.PositiveIntegerField(db_default=0, default=0)
    types_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_chat_visit"
        constraints = (
            models.CheckConstraint(condition=Q(holder__in=chats.HOLDERS), name="chat_visit_holder"),
            models.UniqueConstraint(
                fields=["account", "portal_visit_id"],
                condition=Q(portal_visit_id__isnull=False),
                name="chat_visit_of_signed_in_once",
            ),
        )
        indexes = (
            models.Index(fields=["seen_at"], name="chat_visit_seen"),
            models.Index(fields=["customer"], name="chat_visit_customer", condition=Q(customer__isnull=False)),
        )


class ChatLine(models.Model):
    """One line a visitor sees: their own word, ours, or what happened (`code`). It never changes once it is there.

    `client_id` is what the browser calls its own word, so that the same twice is one; `message_id` the answer in the
    outbox it is.
    """

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(ChatVisit, on_delete=models.CASCADE, related_name="lines", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=20, blank=True, db_default="", default="")
    who = models.CharField(max_length=80, blank=True, db_default="", default="")
    text = models.TextField(blank=True, db_default="", default="")
    client_id = models.CharField(max_length=64, blank=True, db_default="", default="")
    message_id = models.BigIntegerField(null=True)
    attachment_ids = ArrayField(models.BigIntegerField(), db_default=RawSQL("'{}'::bigint[]", []), default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "messaging_chat_line"
        constraints = (
            models.UniqueConstraint(fields=["visit", "seq"], name="chat_line_in_turn"),
            models.UniqueConstraint(
                fields=["visit", "client_id"], condition=~Q(client_id=""), name="chat_line_of_browser_once"
            ),
            models.UniqueConstraint(
                fields=["message_id"], condition=Q(message_id__isnull=False), name="chat_line_of_answer_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=chats.KINDS), name="chat_line_kind"),
            models.CheckConstraint(condition=Q(code__in=chats.CODES), name="chat_line_code"),
        )
