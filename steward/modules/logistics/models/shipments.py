"""Shipments: what leaves one warehouse for one order, in which parcels, and who took them along."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from steward.modules.logistics.models.carriers import Carrier, Service
from steward.modules.logistics.rules import shipments as rules

PRINT_KINDS = ("labels", "slips", "manifest")
PRINT_FORMATS = ("pdf", "zpl")


class Manifest(models.Model):
    """The list a carrier signs when parcels are picked up: one per carrier, warehouse and pick-up."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="+")
    handed_over_at = models.DateTimeField()
    handed_over_by = models.CharField(max_length=80)
    taken_by = models.CharField(max_length=80, blank=True, help_text="The driver or the plate, as written down")
    shipment_count = models.PositiveIntegerField()
    parcel_count = models.PositiveIntegerField()
    weight_g = models.PositiveBigIntegerField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_manifest"


class Shipment(models.Model):
    """What goes from one warehouse to one order's recipient; or back, where `direction` is return.

    `promised_date` was said to the customer, `expected_date` follows the carrier. Why this service carries
    it stands in ServiceChoice under the shipment's number. Units: minor currency units.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    order_number = models.CharField(max_length=24)
    direction = models.CharField(max_length=10, default="outbound")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=20, default="planned")
    state_since = models.DateTimeField()
    district_code = models.CharField(max_length=6, blank=True)
    storage_class = models.CharField(max_length=10, default="ambient")
    promised_date = models.DateField(null=True)
    expected_date = models.DateField(null=True)
    planned_at = models.DateTimeField()
    picked_by = models.CharField(max_length=80, blank=True)
    packed_at = models.DateTimeField(null=True)
    packed_by = models.CharField(max_length=80, blank=True)
    handed_over_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="shipments", null=True)
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    labels_printed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, blank=True, default="", help_text="What the watch found, the gravest")
    troubled_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_shipment"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="shipment_state"),
            models.CheckConstraint(condition=Q(direction__in=rules.DIRECTIONS), name="shipment_direction"),
            models.CheckConstraint(
                condition=~Q(state__in=rules.TRACKED) | Q(handed_over_at__isnull=False), name="shipment_left_with_time"
            ),
            models.CheckConstraint(
                condition=Q(direction="return") | ~Q(state__in=rules.TRACKED) | Q(manifest__isnull=False),
                name="shipment_left_by_manifest",
            ),
        )
        indexes = (
            models.Index(fields=["state", "id"], name="shipment_state_id"),
            models.Index(
                fields=["warehouse", "state", "id"],
                condition=Q(state__in=rules.IN_HOUSE),
                name="shipment_in_house",
            ),
            models.Index(fields=["id"], condition=~Q(trouble=""), name="shipment_in_trouble"),
            models.Index(fields=["id"], condition=Q(state__in=rules.LIVE), name="shipment_live"),
        )


class ShipmentLine(models.Model):
    """Goods of one reservation on their way into a parcel. `picked` was scanned; `lot_code` says from which lot."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    reservation_id = models.BigIntegerField(null=True)
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    lot_code = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveIntegerField()
    picked = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "logistics_shipment_line"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_positive"),
            models.CheckConstraint(condition=Q(picked__lte=F("quantity")), name="shipment_line_picked_within"),
            models.UniqueConstraint(
                fields=["reservation_id", "shipment"],
                condition=Q(reservation_id__isnull=False),
                name="shipment_line_reservation_once",
            ),
        )


class Parcel(models.Model):
    """One box. `code` is our own barcode, `tracking_number` the carrier's. `state` is read off its events."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="parcels")
    position = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(max_length=30, unique=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", null=True)
    tracking_number = models.CharField(max_length=40, blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    length_mm = models.PositiveIntegerField(default=0)
    width_mm = models.PositiveIntegerField(default=0)
    height_mm = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, default="", blank=True)
    state_since = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    going_back = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_parcel"
        constraints = (
            models.UniqueConstraint(fields=["shipment", "position"], name="parcel_position_once"),
            models.UniqueConstraint(
                fields=["tracking_number", "carrier"],
                condition=~Q(tracking_number=""),
                nulls_distinct=False,
                name="parcel_tracking_once",
            ),
            models.CheckConstraint(condition=Q(state__in=("", *rules.TRACKED)), name="parcel_state"),
        )


class ParcelLine(models.Model):
    """How much of a shipment's line lies in which parcel."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="contents")
    line = models.ForeignKey(ShipmentLine, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        db_table = "logistics_parcel_line"
        constraints = (
            models.UniqueConstraint(fields=["parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="parcel_line_positive"),
        )


class PrintRun(models.Model):
    """Labels or slips of many shipments, made by a worker; `stored_file` can be downloaded once it is done."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    format = models.CharField(max_length=4, default="pdf")
    shipment_ids = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=10, default="waiting")
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    stored_file = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=300, blank=True)
    started_by = models.CharField(max_length=80)
    locale = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "logistics_print_run"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=PRINT_KINDS), name="print_run_kind"),
            models.CheckConstraint(condition=Q(format__in=PRINT_FORMATS), name="print_run_format"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running", "done", "failed")), name="print_run_state"
            ),
        )
