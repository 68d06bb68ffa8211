"""Claims: what a carrier owes for a parcel that was lost, damaged or late, what it agreed to, and what it paid."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.modules.logistics.models.carriers import Carrier
from steward.modules.logistics.models.shipments import Parcel
from steward.modules.logistics.rules import claims as rules


class Claim(models.Model):
    """One claim against a carrier. Money stands in its ledger; these columns are only its sums. Units: minor."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="claims")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default="open")
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=300)
    currency = models.CharField(max_length=3)
    claimed_minor = models.BigIntegerField()
    agreed_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    due_at = models.DateTimeField(help_text="Until when the carrier takes it")
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True, help_text="The carrier's number of it")
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "logistics_claim"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="claim_state"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS), name="claim_kind"),
            models.CheckConstraint(condition=Q(claimed_minor__gt=0), name="claim_positive"),
            models.CheckConstraint(condition=Q(agreed_minor__gte=0, paid_minor__gte=0), name="claim_never_negative"),
            models.CheckConstraint(condition=Q(paid_minor__lte=F("agreed_minor")), name="claim_paid_within_agreed"),
            models.UniqueConstraint(
                fields=["parcel", "kind"], condition=Q(state__in=rules.STANDING), name="claim_one_standing_per_parcel"
            ),
        )


class ClaimEntry(models.Model):
    """One step of a claim, with its money where it moves any; only ever added to. Units: minor currency units."""

    id = models.BigAutoField(primary_key=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="entries")
    verb = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "logistics_claim_entry"
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "reference"],
                condition=Q(verb="pay") & ~Q(reference=""),
                name="claim_payment_once",
            ),
            models.CheckConstraint(condition=~Q(verb="pay") | Q(amount_minor__gt=0), name="claim_payment_positive"),
        )


class ClaimEvidence(models.Model):
    """A picture or a paper that proves a claim."""

    id = models.BigAutoField(primary_key=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=120)
    stored_file = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        db_table = "logistics_claim_evidence"
