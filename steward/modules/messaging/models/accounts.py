"""Accounts by which people reach us, the tokens we hold there, and the calls that came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.messaging.rules import accounts


class ChannelAccount(models.Model):
    """An official account, a number for short messages, an account of a social network, a telephone system.

    `code` stands in the address outside systems call and is the `box` of what came by it. `sealed_secrets` holds all
    secrets by name, under the master key.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)
    sealed_secrets = models.BinaryField()
    active = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_channel_account"
        constraints = (models.CheckConstraint(condition=Q(kind__in=accounts.KINDS), name="channel_account_kind"),)


class ChannelToken(models.Model):
    """The access token of an account, one for all processes. Until `claimed_until` somebody asks for a new one."""

    account = models.OneToOneField(ChannelAccount, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sealed_token = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    dropped = models.BooleanField(db_default=False)

    class Meta:
        db_table = "messaging_channel_token"


class ChannelCall(models.Model):
    """A call that counted: its proof counts no second time. One whose file is to be fetched waits, sealed."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    proof = models.CharField(max_length=200)
    sealed_message = models.BinaryField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_channel_call"
        constraints = (
            models.UniqueConstraint(fields=["account", "proof"], name="channel_call_once"),
            models.CheckConstraint(
                condition=Q(sealed_message__isnull=True, due_at__isnull=True)
                | Q(sealed_message__isnull=False, due_at__isnull=False),
                name="channel_call_waits_with_message",
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="channel_call_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["received_at"], name="channel_call_received"),
        )
