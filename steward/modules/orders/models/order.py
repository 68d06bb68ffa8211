"""Orders: what was bought, where it stands, and what the checks found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.orders.rules.fulfilment import STATES as FULFILMENT_STATES
from steward.modules.orders.rules.fulfilment import WAITING_STATES

STATES = ("received", "checked", "audit", "approved", "completed", "cancelled")
PAYMENT_STATES = ("unpaid", "partly_paid", "paid", "overpaid", "refunding", "partly_refunded", "refunded")
RARE_PAYMENT_STATES = ("partly_paid", "overpaid", "refunding", "partly_refunded", "refunded")
PRIORITIES = ("low", "normal", "urgent")
SOURCES = ("api", "bulk", "file", "folder", "form", "sample", "exchange")


class Order(models.Model):
    """One order. Three axes: `state` (business), `payment_state`, `fulfilment_state`; each has one writer.

    `sealed` holds recipient and note under the customer's key; `district_code` is plain.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    # Shop and customer, like a line's order and item, are checked once per statement: kernel/references.py.
    shop = models.ForeignKey(
        "catalog.Shop", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    external_number = models.CharField(max_length=80)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    state = models.CharField(max_length=12, db_default="received")
    payment_state = models.CharField(max_length=16, db_default="unpaid")
    fulfilment_state = models.CharField(max_length=16, db_default="none")
    state_since = models.DateTimeField()
    currency = models.CharField(max_length=3)
    lines_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(db_default=0)
    discount_minor = models.BigIntegerField(db_default=0)
    total_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(db_default=0)
    refunded_minor = models.BigIntegerField(db_default=0)
    placed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    country = models.CharField(max_length=2, db_default="CN")
    province = models.CharField(max_length=40, db_default="")
    district_code = models.CharField(max_length=6, db_default="")
    sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    payload_hash = models.BinaryField()
    source = models.CharField(max_length=10)
    entered_by = models.CharField(max_length=80)
    not_supplied = ArrayField(models.CharField(max_length=40), db_default=[])
    cancel_cause = models.CharField(max_length=40, db_default="")
    mended_by = ArrayField(
        models.CharField(max_length=80), db_default=[], help_text="Who mended it: they do not audit it"
    )
    amounts_mended = models.BooleanField(db_default=False, help_text="Somebody changed its lines or its total")
    historic = models.BooleanField(db_default=False)
    simulated = models.BooleanField(db_default=False)
    priority = models.CharField(max_length=8, db_default="normal")
    delivery_due_at = models.DateTimeField(null=True, help_text="Until when it was promised to arrive")
    service = models.CharField(max_length=80, db_default="", help_text="The delivery service somebody chose for it")
    adjustments = models.JSONField(
        db_default=[], help_text="Coupons, points and the like its discount consists of, with their terms"
    )
    invoice_due_at = models.DateTimeField(null=True, help_text="Bought on account: until when it is to be paid")
    whole_minor = models.BigIntegerField(
        db_default=0, help_text="A part of a split order: the total before, by which its audit is judged"
    )
    split_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="parts",
        db_index=False,
        help_text="Part of that order",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="merged",
        db_index=False,
        help_text="Went into that order",
    )

    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="replacements",
        db_index=False,
        help_text="Sent in the place of goods of that order",
    )
    credit_minor = models.BigIntegerField(
        db_default=0, help_text="What goods that are still to come back will pay of it"
    )
    awaits_goods = models.BooleanField(db_default=False, help_text="Stays here until after-sales let it go")

    class Meta:
        db_table = "orders_order"
        constraints = (
            models.UniqueConstraint(fields=["shop", "external_number"], name="order_once_per_shop"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="order_state"),
            models.CheckConstraint(condition=Q(payment_state__in=PAYMENT_STATES), name="order_payment_state"),
            models.CheckConstraint(condition=Q(fulfilment_state__in=FULFILMENT_STATES), name="order_fulfilment_state"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="order_source"),
            models.CheckConstraint(condition=Q(priority__in=PRIORITIES), name="order_priority"),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(cancel_cause=""), name="order_cancel_cause"),
            models.CheckConstraint(condition=Q(refunded_minor__lte=F("paid_minor")), name="order_refund_within_paid"),
            models.CheckConstraint(
                condition=Q(credit_minor=0, awaits_goods=False)
                | Q(replaces__isnull=False, credit_minor__gte=0, credit_minor__lte=F("total_minor")),
                name="order_credit_of_replacement",
            ),
        )
        indexes = (
            models.Index(fields=["state", "id"], name="order_state_id"),
            models.Index(fields=["phone_index"], condition=Q(phone_index__isnull=False), name="order_phone"),
            # Only what is rare: an order that goes the usual way costs these nothing, and what most orders are in the
            # walk by key from the newest finds within a page anyway.
            models.Index(
                fields=["payment_state", "id"],
                condition=Q(payment_state__in=RARE_PAYMENT_STATES),
                name="order_rare_payment",
            ),
            models.Index(
                fields=["fulfilment_state", "id"],
                condition=Q(fulfilment_state__in=WAITING_STATES),
                name="order_without_goods",
            ),
            models.Index(fields=["split_from"], condition=Q(split_from__isnull=False), name="order_split_from"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="order_merged_into"),
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="order_replaces"),
            models.Index(
                fields=["customer", "invoice_due_at"], condition=Q(invoice_due_at__isnull=False), name="order_invoices"
            ),
        )


class Line(models.Model):
    """One line of an order; prices as the source gave them."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    title = models.CharField(max_length=200, db_default="")
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(db_default=0)
    cancelled_quantity = models.PositiveIntegerField(db_default=0)
    origin_id = models.BigIntegerField(null=True, help_text="The line of another order it was split from")

    class Meta:
        db_table = "orders_line"
        constraints = (
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(cancelled_quantity__lte=F("quantity")), name="line_cancelled_within_quantity"
            ),
        )


class OrderFinding(models.Model):
    """What a check found on an order: field, code, severity, suggestion; resolved when mended or accepted.

    `sealed` holds params and suggestion under the customer's key where the field is personal; the plain ones are empty.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="findings")
    field = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=8)
    params = models.JSONField(db_default={})
    suggestion = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)
    found_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, db_default="")
    resolution = models.CharField(max_length=12, db_default="")

    class Meta:
        db_table = "orders_finding"
        constraints = (
            models.CheckConstraint(condition=Q(severity__in=("error", "warning")), name="finding_severity"),
            models.CheckConstraint(
                condition=Q(resolution__in=("", "mended", "accepted", "obsolete")), name="finding_resolution"
            ),
        )


class Conflict(models.Model):
    """The same order came again with other content: both are kept, nothing is overwritten, a person decides.

    `draft` is the second content, sealed with the key of the customer it names (plain where it names nobody).
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="conflicts")
    payload_hash = models.BinaryField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    draft = models.BinaryField()
    differences = models.JSONField()
    source = models.CharField(max_length=10)
    received_at = models.DateTimeField(db_default=Now())
    seen_count = models.PositiveIntegerField(db_default=1)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, db_default="")

    class Meta:
        db_table = "orders_conflict"
        constraints = (models.UniqueConstraint(fields=["order", "payload_hash"], name="conflict_once"),)


class Cancellation(models.Model):
    """A cancellation document of a source (e.g. a C-invoice): matched to the order it cancels, or parked."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("catalog.Shop", on_delete=models.PROTECT, related_name="+")
    external_number = models.CharField(max_length=80)
    position = models.PositiveIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    cancelled_at = models.DateTimeField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="cancellations")
    state = models.CharField(max_length=10, db_default="unmatched")
    reason = models.CharField(max_length=40, db_default="")

    class Meta:
        db_table = "orders_cancellation"
        constraints = (
            models.UniqueConstraint(fields=["shop", "external_number", "position"], name="cancellation_once"),
            models.CheckConstraint(condition=Q(state__in=("matched", "unmatched")), name="cancellation_state"),
            models.CheckConstraint(
                condition=Q(state="matched", line__isnull=False) | (Q(state="unmatched") & ~Q(reason="")),
                name="cancellation_matched_or_reason",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(state="unmatched"), name="cancellation_unmatched"),)


class Mapping(models.Model):
    """How a source's columns become orders: data, edited in the console. A change makes a new version."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField()
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    rules = models.JSONField()
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, default="system:seed")

    class Meta:
        db_table = "orders_mapping"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="mapping_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="mapping_one_active"),
        )


class ImportRun(models.Model):
    """One file taken in: what it held, what became of it, where the rejected rows are."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("catalog.Shop", on_delete=models.PROTECT, related_name="+")
    mapping = models.ForeignKey(Mapping, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    stored_file = models.CharField(max_length=300, blank=True)
    historic = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    received = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    conflict = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    cancellations = models.PositiveIntegerField(default=0)
    rejects_file = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    started_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_import_run"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("waiting", "running", "done", "failed")), name="run_state"),
        )
