"""Repairs: one per piece of a repair case, with the work on it and the visits for it. Source: RET-6."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from steward.modules.returns.models.cases import Case, Piece
from steward.modules.returns.rules import repair as rules


class Repair(models.Model):
    """One repair ("RP-2026-000012"): where it is done, what the warranty says, who works on it, what came of it.

    `warranty` is what was found when the item came ({status, why, until}); `coverage` is what counts now, with the
    diagnosis or a person's word (`coverage_why`, `coverage_by`). `repaired_before`: how often this piece had been
    repaired by then; `remedy` is what the customer chose instead. `back_…`: how it went back. Units: minor units.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="repairs")
    piece = models.OneToOneField(Piece, on_delete=models.PROTECT, related_name="repair")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    order_id = models.BigIntegerField()
    shop = models.CharField(max_length=50)
    customer_id = models.BigIntegerField(null=True)
    serial = models.CharField(max_length=80, blank=True, db_default="", default="")
    place = models.CharField(max_length=8, db_default="sent_in", default="sent_in")
    station = models.CharField(max_length=50, blank=True, db_default="", default="")
    state = models.CharField(max_length=16, db_default="awaiting", default="awaiting")
    state_since = models.DateTimeField()
    warranty = models.JSONField(default=dict)
    coverage = models.CharField(max_length=8, db_default="unknown", default="unknown")
    coverage_why = models.CharField(max_length=200, blank=True, db_default="", default="")
    coverage_by = models.CharField(max_length=80, blank=True, db_default="", default="")
    fault = models.CharField(max_length=12, blank=True, db_default="", default="")
    cause = models.CharField(max_length=8, blank=True, db_default="", default="")
    repaired_before = models.PositiveSmallIntegerField(db_default=0, default=0)
    technician_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    labour_minor = models.BigIntegerField(db_default=0, default=0, help_text="What the time costs us")
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=16, blank=True, db_default="", default="")
    remedy = models.CharField(max_length=12, blank=True, db_default="", default="")
    next_case = models.CharField(max_length=24, blank=True, db_default="", default="")
    back_carrier = models.CharField(max_length=40, blank=True, db_default="", default="")
    back_tracking = models.CharField(max_length=60, blank=True, db_default="", default="")
    simulated = models.BooleanField(db_default=False, default=False)

    class Meta:
        db_table = "returns_repair"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="repair_state"),
            models.CheckConstraint(condition=Q(place__in=rules.PLACES), name="repair_place"),
            models.CheckConstraint(condition=Q(coverage__in=rules.COVERAGES), name="repair_coverage"),
            models.CheckConstraint(condition=Q(fault__in=("", *rules.FAULTS)), name="repair_fault"),
            models.CheckConstraint(condition=Q(cause__in=("", *rules.CAUSES)), name="repair_cause"),
            models.CheckConstraint(condition=Q(result__in=rules.RESULTS), name="repair_result"),
            models.CheckConstraint(condition=Q(remedy__in=("", *rules.REMEDIES)), name="repair_remedy"),
            models.CheckConstraint(condition=~Q(place="station") | ~Q(station=""), name="repair_names_its_station"),
            models.CheckConstraint(
                condition=Q(state__in=rules.OVER, ended_at__isnull=False) | ~Q(state__in=rules.OVER) & Q(ended_at=None),
                name="repair_ended_with_time",
            ),
            models.CheckConstraint(condition=Q(labour_minor__gte=0), name="repair_labour"),
        )
        indexes = (
            models.Index(fields=["case"], name="repair_case"),
            models.Index(fields=["state", "-id"], name="repair_state_id"),
            models.Index(fields=["technician_id", "-id"], name="repair_technician"),
            models.Index(fields=["serial"], condition=~Q(serial=""), name="repair_serial"),
            models.Index(fields=["customer_id", "-id"], name="repair_customer"),
        )


class RepairWork(models.Model):
    """One piece of work on a repair: who, how long, what came of it, with pictures. Only ever added to. Units: minutes.

    Pictures of a diagnosis show the item as it came, those of a test as it goes.
    """

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="work")
    kind = models.CharField(max_length=10)
    minutes = models.PositiveIntegerField(default=0)
    passed = models.BooleanField(null=True, help_text="Of a test: whether it works")
    note = models.CharField(max_length=1000, blank=True, default="")
    attachments = ArrayField(models.BigIntegerField(), default=list)
    cost_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_repair_work"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS_OF_WORK), name="repair_work_kind"),
            models.CheckConstraint(condition=Q(minutes__lte=1440, cost_minor__gte=0), name="repair_work_counts"),
        )
        indexes = (models.Index(fields=["repair", "id"], name="repair_work_of"),)


class RepairVisit(models.Model):
    """When a repair is seen to: at a station (with its appointment), or by a technician at the customer's.

    That nobody is in two places at once is kept by the exclusion constraint `repair_visit_no_overlap`.
    """

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="visits")
    technician_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True, unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, db_default="planned", default="planned")
    booked_at = models.DateTimeField()
    booked_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_repair_visit"
        constraints = (
            models.UniqueConstraint(fields=["repair"], condition=Q(state="planned"), name="repair_visit_one_planned"),
            models.CheckConstraint(condition=Q(state__in=rules.VISIT_STATES), name="repair_visit_state"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="repair_visit_lasts"),
        )
        indexes = (models.Index(fields=["technician_id", "starts_at"], name="repair_visit_of"),)
