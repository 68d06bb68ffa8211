"""Messages in: what was said to us on any channel, the files with it, and what could not be read."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.messaging.rules import channels


class Inbound(models.Model):
    """One message from outside. Who sent it is sealed under the customer's key or found through a blind index.

    `external_id` is the channel's own name of it: with channel and box the same message is taken once. `body` are the
    new words, `quoted` what was folded away, `html` the cleaned original. Texts are emptied when the person is erased.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=12)
    box = models.CharField(max_length=80)
    external_id = models.CharField(max_length=255)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    sealed_sender = models.BinaryField(null=True)
    sender_index = models.BinaryField(null=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    quoted = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_ref = models.TextField(blank=True)
    refs = ArrayField(models.TextField(), default=list)
    reply_token = models.CharField(max_length=80, blank=True)
    automatic = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=10, blank=True)
    order_number = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    simulated = models.BooleanField(db_default=False)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_inbound"
        constraints = (
            models.UniqueConstraint(fields=["channel", "box", "external_id"], name="inbound_once"),
            models.CheckConstraint(condition=Q(channel__in=channels.CHANNELS_IN), name="inbound_channel"),
            models.CheckConstraint(condition=Q(automatic__in=channels.AUTOMATIC), name="inbound_automatic"),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True)
                | Q(subject="", body="", quoted="", html="", sealed_sender__isnull=True, sender_index__isnull=True),
                name="inbound_redacted_whole",
            ),
        )
        indexes = (
            models.Index(fields=["customer", "-id"], name="inbound_of_customer"),
            models.Index(fields=["message_ref"], name="inbound_ref", condition=~Q(message_ref="")),
            models.Index(
                fields=["sender_index", "received_at"], name="inbound_sender", condition=Q(sender_index__isnull=False)
            ),
        )


class Attachment(models.Model):
    """One file that came in or is to go out. What it is was told by its content, never by its name.

    A row without `inbound` and not sent with anything is forgotten after a day. `refusal` says why the content was not
    kept; then there is no file.
    """

    id = models.BigAutoField(primary_key=True)
    inbound = models.ForeignKey(Inbound, on_delete=models.PROTECT, null=True, related_name="attachments")
    storage_name = models.CharField(max_length=120, blank=True)
    thumbnail = models.CharField(max_length=120, blank=True)
    filename = models.CharField(max_length=200)
    content_id = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    refusal = models.CharField(max_length=20, blank=True, db_default="")
    scan_state = models.CharField(max_length=10, db_default="unscanned")
    scan_detail = models.CharField(max_length=200, blank=True, db_default="")
    scanned_at = models.DateTimeField(null=True)
    is_kept = models.BooleanField(db_default=False)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_attachment"
        constraints = (
            models.CheckConstraint(condition=Q(scan_state__in=channels.SCAN_STATES), name="attachment_scan_state"),
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="attachment_size"),
            models.CheckConstraint(condition=~Q(refusal="") | ~Q(storage_name=""), name="attachment_kept_or_refused"),
        )
        indexes = (
            models.Index(fields=["created_at"], name="attachment_loose", condition=Q(is_kept=False)),
            models.Index(
                fields=["id"], name="attachment_unscanned", condition=Q(scan_state="unscanned") & ~Q(storage_name="")
            ),
        )


class ParkedInbound(models.Model):
    """A message that could not be read or taken: why, and its raw octets, sealed, until a person has seen to it."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=12)
    box = models.CharField(max_length=80)
    external_id = models.CharField(max_length=255)
    shape = models.CharField(max_length=10)
    sealed_raw = models.BinaryField(null=True)
    size_bytes = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    attempts = models.PositiveSmallIntegerField(db_default=1)
    state = models.CharField(max_length=10, db_default="parked")
    parked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, db_default="")

    class Meta:
        db_table = "messaging_parked_inbound"
        constraints = (
            models.UniqueConstraint(fields=["channel", "box", "external_id"], name="parked_inbound_once"),
            models.CheckConstraint(condition=Q(state__in=channels.PARKED_STATES), name="parked_inbound_state"),
            models.CheckConstraint(condition=Q(shape__in=channels.RAW_SHAPES), name="parked_inbound_shape"),
            models.CheckConstraint(
                condition=Q(state="parked", sealed_raw__isnull=False, settled_at__isnull=True)
                | (~Q(state="parked") & Q(sealed_raw__isnull=True, settled_at__isnull=False)),
                name="parked_inbound_raw_while_open",
            ),
        )
        indexes = (
            models.Index(fields=["-id"], name="parked_inbound_open", condition=Q(state="parked")),
            models.Index(fields=["parked_at"], name="parked_inbound_at"),
        )
