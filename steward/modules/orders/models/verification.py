"""The second look at an entry: each round of it, what was typed again unseen, and what the entry was made from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from steward.modules.orders.models.order import Order
from steward.modules.orders.rules import verification as rules


class Verification(models.Model):
    """One round of checking an order by another person; a change of the order needs a new one.

    `covers_event` is the last change (an event's id) it speaks of, `worker` whose work is judged. `fields` are typed
    again unseen, `wrong` are those in which the entry proved wrong. Who may decide is the approval's matter.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="verifications")
    round = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=10)
    covers_event = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=80)
    approval_id = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=10)
    fields = ArrayField(models.CharField(max_length=40), default=list)
    rekeyed = ArrayField(models.CharField(max_length=40), default=list)
    wrong = ArrayField(models.CharField(max_length=40), default=list)
    checked_by = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_verification"
        constraints = (
            models.UniqueConstraint(fields=["order", "round"], name="verification_round_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="verification_one_open"),
            models.CheckConstraint(condition=Q(cause__in=rules.CAUSES), name="verification_cause"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="verification_state"),
            models.CheckConstraint(
                condition=Q(state="not_needed") | Q(approval_id__isnull=False), name="verification_with_approval"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="verification_settled_with_time",
            ),
        )
        indexes = (models.Index(fields=["worker", "settled_at"], name="verification_worker"),)


class Rekey(models.Model):
    """What one checker typed without seeing the entry, sealed with the buyer's key; the first try stands.

    `fields` were asked for, `differing` are those that came out otherwise.
    """

    id = models.BigAutoField(primary_key=True)
    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="rekeys")
    checker = models.CharField(max_length=80)
    sealed = models.BinaryField(null=True)
    fields = ArrayField(models.CharField(max_length=40))
    differing = ArrayField(models.CharField(max_length=40), default=list)
    typed_at = models.DateTimeField()

    class Meta:
        db_table = "orders_rekey"
        constraints = (models.UniqueConstraint(fields=["verification", "checker"], name="rekey_once"),)


class EntrySource(models.Model):
    """What an order was entered from: the customer's message, or a picture or PDF of it, sealed with the buyer's key.

    `sealed` holds the text, or a file's name; the file's own content lies sealed in the storage.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="entry_sources")
    kind = models.CharField(max_length=4)
    sealed = models.BinaryField(null=True)
    stored_file = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    digest = models.BinaryField()
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "orders_entry_source"
        constraints = (
            models.UniqueConstraint(fields=["order", "digest"], name="entry_source_once"),
            models.CheckConstraint(condition=Q(kind__in=("text", "file")), name="entry_source_kind"),
            models.CheckConstraint(condition=Q(kind="text") | ~Q(stored_file=""), name="entry_source_file_is_stored"),
        )
