"""Mailboxes that are watched: where letters lie, as whom they are fetched, how far they were taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.messaging.rules import mailboxes


class Mailbox(models.Model):
    """One folder of one mailbox. `code` is the box of its messages; `last_uid` counts within `uid_validity`.

    `leased_until` is one worker's while it fetches. Tables in letters of `order_senders` become orders by
    `order_mapping`.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    address = models.CharField(max_length=254)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=10)
    login = models.CharField(max_length=254)
    sealed_password = models.BinaryField()
    folder = models.CharField(max_length=120)
    done_folder = models.CharField(max_length=120, blank=True)
    shop_code = models.CharField(max_length=40, blank=True)
    has_plus = models.BooleanField(db_default=True)
    takes_old = models.BooleanField(db_default=False)
    order_mapping = models.CharField(max_length=80, blank=True, db_default="")
    order_senders = models.TextField(blank=True, db_default="")
    active = models.BooleanField(db_default=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(db_default=0)
    leased_until = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_mailbox"
        constraints = (
            models.UniqueConstraint(fields=["host", "login", "folder"], name="mailbox_folder_once"),
            models.CheckConstraint(condition=Q(security__in=mailboxes.SECURITIES), name="mailbox_security"),
            models.CheckConstraint(condition=Q(port__gte=1, port__lte=65_535), name="mailbox_port"),
            models.CheckConstraint(condition=Q(order_mapping="") | ~Q(shop_code=""), name="mailbox_orders_have_shop"),
            models.CheckConstraint(
                condition=Q(order_mapping="") | ~Q(order_senders=""), name="mailbox_orders_have_senders"
            ),
        )
