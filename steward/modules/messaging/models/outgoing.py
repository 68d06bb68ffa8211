"""Messages out: kinds, texts, the outbox, preferences, notices, revoked links, webhook endpoints and deliveries."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from steward.modules.messaging.rules import catalogue, outbox

DELIVERY_STATES = ("waiting", "sending", "delivered", "failed")


class MessageKind(models.Model):
    """How a kind of message goes out: first channel first, until when it makes sense, whether it waits for the day."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    channels = ArrayField(models.CharField(max_length=10))
    expires_after_h = models.PositiveIntegerField()
    waits_for_day = models.BooleanField()
    active = models.BooleanField(db_default=True)

    class Meta:
        db_table = "messaging_kind"
        constraints = (models.CheckConstraint(condition=Q(expires_after_h__gt=0), name="kind_expires_later"),)


class Template(models.Model):
    """One version of a text; the newest counts, older ones stay, so that what was sent can be read again."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    locale = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    subject = models.TextField(blank=True)
    body = models.TextField()
    saved_by = models.TextField()
    saved_at = models.DateTimeField(db_default=Now())
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "messaging_template"
        constraints = (
            models.UniqueConstraint(fields=["code", "channel", "locale", "version"], name="template_version_once"),
            models.CheckConstraint(condition=Q(channel__in=catalogue.CHANNELS), name="template_channel"),
            models.CheckConstraint(condition=Q(locale__in=catalogue.LOCALES), name="template_locale"),
        )


class ApprovedText(models.Model):
    """The code under which a carrier knows a text it has approved, and which version of ours that is."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    locale = models.CharField(max_length=10)
    carrier_code = models.CharField(max_length=40)
    text_version = models.PositiveIntegerField()
    saved_by = models.TextField()
    saved_at = models.DateTimeField(db_default=Now())
    reason = models.TextField()

    class Meta:
        db_table = "messaging_approved_text"
        constraints = (
            models.UniqueConstraint(fields=["carrier", "code", "locale"], name="approved_text_once"),
            models.CheckConstraint(condition=~Q(carrier_code=""), name="approved_text_has_code"),
            models.CheckConstraint(condition=Q(locale__in=catalogue.LOCALES), name="approved_text_locale"),
        )


class Message(models.Model):
    """One message of the outbox: what is to be said to whom. It holds no name, phone or e-mail and no rendered text.

    `channel` is what was asked for (empty: the preference decides), `via` what was taken. `key` names the message to
    the outside and is the same for every attempt; `reference` is the carrier's name of the last one, `past_references`
    those of earlier ones. `instead_of` is the short message for which this e-mail stands.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(db_default=RandomUUID(), unique=True)
    template = models.CharField(max_length=40)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    params = models.JSONField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=10, blank=True)
    link_purpose = models.CharField(max_length=40, blank=True)
    link_subject_id = models.BigIntegerField(null=True)
    link_expires_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(db_default=False)
    state = models.CharField(max_length=12, db_default="waiting")
    reason = models.CharField(max_length=20, blank=True, db_default="")
    queued_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    begun_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    via = models.CharField(max_length=10, blank=True, db_default="")
    carrier = models.CharField(max_length=40, blank=True, db_default="")
    locale = models.CharField(max_length=10, blank=True, db_default="")
    template_version = models.PositiveIntegerField(null=True)
    reference = models.CharField(max_length=200, blank=True, db_default="")
    past_references = ArrayField(models.TextField(), db_default=RawSQL("'{}'::text[]", []), editable=False)
    error = models.CharField(max_length=300, blank=True, db_default="")
    instead_of = models.BigIntegerField(null=True)

    class Meta:
        db_table = "messaging_message"
        constraints = (
            models.UniqueConstraint(fields=["instead_of"], name="message_one_fallback"),
            models.CheckConstraint(condition=Q(state__in=outbox.STATES), name="message_state"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True, staff__isnull=False) | Q(customer__isnull=False, staff__isnull=True),
                name="message_one_reader",
            ),
            models.CheckConstraint(condition=~Q(simulated=True) | Q(state="suppressed"), name="simulated_never_sent"),
            models.CheckConstraint(
                condition=~Q(state__in=["suppressed", "expired"]) | ~Q(reason=""), name="unsent_says_why"
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="message_due", condition=Q(state="waiting")),
            models.Index(
                fields=["due_at", "id"], name="message_chat_due", condition=Q(state="waiting", channel="chat")
            ),
            models.Index(fields=["begun_at"], name="message_begun", condition=Q(state="sending")),
            models.Index(fields=["subject_kind", "subject_id", "id"], name="message_subject"),
            models.Index(fields=["state", "-id"], name="message_state_id"),
            models.Index(fields=["carrier", "reference"], name="message_reference", condition=~Q(reference="")),
            models.Index(fields=["queued_at"], name="message_of_customer_at", condition=Q(staff__isnull=True)),
            models.Index(fields=["queued_at"], name="message_of_staff_at", condition=Q(staff__isnull=False)),
        )


class EarlyReport(models.Model):
    """What a carrier reported before it answered us, or of messages that are none of ours; cleaned up after days."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.CharField(max_length=40)
    reference = models.CharField(max_length=200)
    key = models.CharField(max_length=40, blank=True)
    arrived = models.BooleanField()
    detail = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_early_report"
        constraints = (models.UniqueConstraint(fields=["carrier", "reference", "arrived"], name="early_report_once"),)
        indexes = (
            models.Index(fields=["key"], name="early_report_key", condition=~Q(key="")),
            models.Index(fields=["received_at"], name="early_report_received"),
        )


class Preference(models.Model):
    """What a customer chose; without a row the house's defaults hold. Units: minutes of the local day."""

    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, primary_key=True, related_name="+")
    locale = models.CharField(max_length=10, blank=True, db_default="")
    time_zone = models.CharField(max_length=40, blank=True, db_default="")
    channels = ArrayField(models.CharField(max_length=10), default=list)
    opted_out = ArrayField(models.CharField(max_length=40), default=list)
    quiet_start_min = models.PositiveSmallIntegerField(null=True)
    quiet_end_min = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_preference"
        constraints = (
            models.CheckConstraint(
                condition=Q(quiet_start_min__isnull=True, quiet_end_min__isnull=True)
                | Q(quiet_start_min__lt=1440, quiet_end_min__lt=1440),
                name="quiet_hours_of_a_day",
            ),
        )


class Notice(models.Model):
    """One notice to one person, rendered in the language of who reads it."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    template = models.CharField(max_length=40)
    params = models.JSONField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=200)
    urgent = models.BooleanField()
    simulated = models.BooleanField(db_default=False)
    told_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_notice"
        constraints = (
            models.UniqueConstraint(fields=["staff", "dedupe_key"], name="notice_once"),
            models.CheckConstraint(condition=Q(kind__in=catalogue.NOTICE_KINDS), name="notice_kind"),
        )
        indexes = (
            models.Index(fields=["staff", "-id"], name="notice_of_staff"),
            models.Index(fields=["staff"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["told_at"], name="notice_told_at"),
        )


class LinkRevocation(models.Model):
    """From when on older links to a subject open nothing any more."""

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    revoked_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_link_revocation"
        constraints = (models.UniqueConstraint(fields=["purpose", "subject_id"], name="link_revoked_once"),)


class Endpoint(models.Model):
    """Where somebody wants to hear of events. Secrets are sealed; `cursor` is a place of the log."""

    id = models.BigAutoField(primary_key=True)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120, blank=True)
    kinds = ArrayField(models.CharField(max_length=80), default=list)
    sealed_secret = models.BinaryField()
    sealed_old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    active = models.BooleanField(db_default=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=200, blank=True, db_default="")
    cursor = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_endpoint"


class Delivery(models.Model):
    """One event for one endpoint; `key` is its webhook-id, the same for every attempt."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(db_default=RandomUUID(), unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.BigIntegerField()
    event_kind = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=10, db_default="waiting")
    attempts = models.PositiveSmallIntegerField(db_default=0)
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=300, blank=True, db_default="")
    duration_ms = models.PositiveIntegerField(null=True)
    queued_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_delivery"
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DELIVERY_STATES), name="delivery_state"),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["begun_at"], name="delivery_begun", condition=Q(state="sending")),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["settled_at"], name="delivery_settled", condition=Q(settled_at__isnull=False)),
        )
