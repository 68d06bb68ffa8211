"""Cases of after-sales: what somebody wants of an order, piece by piece. Source: RET-2, RET-3."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from steward.modules.inventory.rules.moving import CONDITIONS
from steward.modules.returns.models.policies import Reason
from steward.modules.returns.rules import states


class Case(models.Model):
    """One request ("RMA-2026-000123"): of which order, what is wanted, why, and what was decided.

    `verdict` is what the policy answered then (its version beside it), `quoted_minor` what was promised on approval,
    `worth_minor` what its pieces are worth, whether or not so much was paid: limits are held against that.
    `words` are the customer's, `remark` what was said when it was withdrawn or looked at again; redacted on erasure.
    `outside_number` and `answer_due_at` are a marketplace's. `decider` is the person behind the decision, of a program
    its owner; "policy" where it decided alone. Units: minor units.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=24)
    shop = models.CharField(max_length=50)
    customer_id = models.BigIntegerField(null=True)
    ticket_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=16)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, db_default="requested")
    state_since = models.DateTimeField()
    source = models.CharField(max_length=10)
    words = models.CharField(max_length=2000, blank=True, db_default="")
    answers = models.JSONField(default=dict)
    policy_version = models.PositiveIntegerField(db_default=0)
    verdict = models.JSONField(default=dict)
    freight_payer = models.CharField(max_length=10, blank=True, db_default="")
    currency = models.CharField(max_length=3)
    quoted_minor = models.BigIntegerField(db_default=0)
    worth_minor = models.BigIntegerField(db_default=0)
    refunded_minor = models.BigIntegerField(db_default=0)
    advance = models.BooleanField(db_default=False, help_text="The solution goes out before the goods are back")
    outside_number = models.CharField(max_length=80, blank=True, db_default="")
    answer_due_at = models.DateTimeField(null=True)
    return_by = models.DateTimeField(null=True, help_text="Until when the goods have to be on their way")
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(null=True)
    decider = models.CharField(max_length=80, blank=True, db_default="")
    refusal = models.CharField(max_length=400, blank=True, db_default="")
    remark = models.CharField(max_length=400, blank=True, db_default="")
    closed_at = models.DateTimeField(null=True)
    approval_request = models.ForeignKey("approvals.Request", on_delete=models.PROTECT, null=True, related_name="+")
    replacement_order_id = models.BigIntegerField(null=True)
    simulated = models.BooleanField(db_default=False)

    class Meta:
        db_table = "returns_case"
        constraints = (
            models.UniqueConstraint(
                fields=["shop", "outside_number"], condition=~Q(outside_number=""), name="case_once_per_marketplace"
            ),
            models.CheckConstraint(condition=Q(kind__in=states.KINDS), name="case_kind"),
            models.CheckConstraint(condition=Q(state__in=states.STATES), name="case_state"),
            models.CheckConstraint(condition=Q(source__in=states.SOURCES), name="case_source"),
            models.CheckConstraint(condition=Q(freight_payer__in=("", *states.FREIGHT_PAYERS)), name="case_freight"),
            models.CheckConstraint(
                condition=Q(quoted_minor__gte=0, worth_minor__gte=F("quoted_minor"), refunded_minor__gte=0),
                name="case_money_positive",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(refusal=""), name="case_refused_with_reason"),
            models.CheckConstraint(
                condition=Q(state__in=("requested", "withdrawn", "solved")) | Q(decided_at__isnull=False),
                name="case_decided_with_time",
            ),
        )
        indexes = (
            models.Index(fields=["order_id"], name="case_order"),
            models.Index(fields=["customer_id", "-id"], name="case_customer"),
            models.Index(fields=["ticket_id"], condition=Q(ticket_id__isnull=False), name="case_ticket"),
            models.Index(fields=["state", "-id"], name="case_state_id"),
            models.Index(fields=["return_by"], condition=Q(state="approved"), name="case_return_by"),
            models.Index(fields=["order_number"], name="case_order_number"),
            models.Index(fields=["outside_number"], name="case_outside_number"),
        )


class Parcel(models.Model):
    """One way by which pieces of a case come back; `shipment_id` is the shipment of logistics that is tracked.

    One box may bring pieces of several cases: then each has a parcel of its own of that shipment.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parcels")
    method = models.CharField(max_length=8)
    shipment_id = models.BigIntegerField(null=True)
    shipment_number = models.CharField(max_length=24, blank=True, db_default="")
    carrier = models.CharField(max_length=40, blank=True, db_default="")
    tracking_number = models.CharField(max_length=60, blank=True, db_default="")
    station_id = models.BigIntegerField(null=True)
    pick_up_from = models.DateTimeField(null=True)
    pick_up_to = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(db_default=Now())
    announced_by = models.CharField(max_length=80)
    delivered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "returns_parcel"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "shipment_id"], condition=Q(cancelled_at=None), name="return_parcel_once"
            ),
            models.CheckConstraint(condition=Q(method__in=states.METHODS), name="return_parcel_method"),
            models.CheckConstraint(
                condition=Q(pick_up_from=None, pick_up_to=None) | Q(pick_up_to__gt=models.F("pick_up_from")),
                name="return_parcel_pick_up",
            ),
        )
        indexes = (
            models.Index(fields=["shipment_id"], name="return_parcel_shipment"),
            models.Index(Upper("tracking_number"), name="return_parcel_tracking"),
        )


class Piece(models.Model):
    """One unit of an order's line in a case: `position` counts 1 to the line's quantity.

    `live` while the case claims it: a unit is claimed by one case at a time, and for good once it was refunded or
    replaced. `reception` says where it is, `acceptance` whether it counts; each has a table of its own. `settled_at`:
    its money was asked back by `refund`, or nothing was due; `booked`: the condition of stock it was taken into, once.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pieces")
    line_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="+")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, null=True, related_name="pieces")
    reception = models.CharField(max_length=20, db_default="awaiting")
    acceptance = models.CharField(max_length=10, db_default="pending")
    live = models.BooleanField(db_default=True)
    received_at = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    settled_minor = models.BigIntegerField(db_default=0, help_text="What of it was given back. Units: minor units")
    refund = models.ForeignKey("returns.RefundDue", on_delete=models.PROTECT, null=True, related_name="pieces")
    settled_at = models.DateTimeField(null=True)
    booked = models.CharField(max_length=10, blank=True, db_default="")

    class Meta:
        db_table = "returns_piece"
        constraints = (
            models.UniqueConstraint(fields=["line_id", "position"], condition=Q(live=True), name="piece_claimed_once"),
            models.CheckConstraint(condition=Q(position__gt=0), name="piece_position"),
            models.CheckConstraint(condition=Q(reception__in=states.RECEPTION_STATES), name="piece_reception"),
            models.CheckConstraint(condition=Q(acceptance__in=states.ACCEPTANCE_STATES), name="piece_acceptance"),
            models.CheckConstraint(condition=Q(settled_minor__gte=0), name="piece_settled_positive"),
            models.CheckConstraint(condition=Q(refund=None) | Q(live=True), name="piece_refunded_stays_claimed"),
            models.CheckConstraint(condition=Q(booked__in=("", *CONDITIONS)), name="piece_booked"),
        )
        indexes = (
            models.Index(fields=["case", "line_id", "position"], name="piece_case"),
            models.Index(
                fields=["case"],
                condition=Q(reception="received", inspected_at=None) & ~Q(acceptance="rejected"),
                name="piece_to_inspect",
            ),
        )


class Surplus(models.Model):
    """What lay in a parcel and nobody had announced; `booked`: it was taken into stock (quarantine). Units: pieces.

    `key` is chosen by who notes it, so that what is sent twice is noted once.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="surplus")
    item = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    note = models.CharField(max_length=400)
    booked = models.BooleanField(db_default=False)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_surplus"
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="surplus_counts"),
            models.UniqueConstraint(fields=["case", "key"], name="surplus_noted_once"),
        )


class Evidence(models.Model):
    """A picture or video that goes with a case; `attachment_id` names the file messaging keeps."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    attachment_id = models.BigIntegerField()
    shows = models.CharField(max_length=12, db_default="request")
    at = models.DateTimeField(db_default=Now())
    given_by = models.CharField(max_length=80)

    class Meta:
        db_table = "returns_evidence"
        constraints = (
            models.UniqueConstraint(fields=["case", "attachment_id"], name="evidence_once"),
            models.CheckConstraint(condition=Q(shows__in=("request", "inspection", "repair")), name="evidence_shows"),
        )


class Guidance(models.Model):
    """What was offered instead of a return (tutorial, replacement part, remote help), and whether it helped."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="guidance")
    kind = models.CharField(max_length=12)
    words = models.CharField(max_length=400)
    link = models.CharField(max_length=400, blank=True, db_default="")
    offered_at = models.DateTimeField(db_default=Now())
    offered_by = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, blank=True, db_default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "returns_guidance"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=("tutorial", "part", "remote")), name="guidance_kind"),
            models.CheckConstraint(condition=Q(outcome__in=("", "helped", "did_not")), name="guidance_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="guidance_answered_with_time",
            ),
        )
