"""What belongs to a carrier's file besides its services: licences, people to call, cases, decisions and visits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.logistics.models.carriers import Carrier
from steward.modules.logistics.rules import carriers as rules


class Licence(models.Model):
    """A permit the carrier works under, e.g. 快递业务经营许可证."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="licences")
    kind = models.CharField(max_length=12)
    number = models.CharField(max_length=80)
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "logistics_licence"
        constraints = (
            models.UniqueConstraint(fields=["carrier", "kind", "number"], name="licence_once"),
            models.CheckConstraint(condition=Q(kind__in=rules.LICENCE_KINDS), name="licence_kind"),
        )


class Contact(models.Model):
    """Whom to call at the carrier: by function; name, telephone and e-mail are sealed with a key of their own."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(max_length=40)
    wrapped_key = models.BinaryField(null=True)
    master_version = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "logistics_contact"


class ServiceCase(models.Model):
    """What this carrier did well for a merchant like us: goods, lane, volume; what it names as reference."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="cases")
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    since_date = models.DateField(null=True)

    class Meta:
        db_table = "logistics_service_case"


class CarrierDecision(models.Model):
    """Somebody decided about a carrier: approve, probate or stop, why, on which record, and when to look again."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=10)
    state_before = models.CharField(max_length=10)
    state_after = models.CharField(max_length=10)
    reason = models.CharField(max_length=200)
    review_date = models.DateField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_carrier_decision"
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="carrier_decision_reason"),
            models.CheckConstraint(
                condition=Q(state_before__in=rules.STATES, state_after__in=rules.STATES), name="carrier_decision_states"
            ),
        )


class SiteVisit(models.Model):
    """Somebody looked at the carrier's place: what was seen, marks of 1 to 5 per point."""

    id = models.BigAutoField(primary_key=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    place = models.CharField(max_length=120)
    marks = models.JSONField(default=dict)
    findings = models.TextField(blank=True)
    visited_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "logistics_site_visit"


class VisitPhoto(models.Model):
    """A photo of a visit: kept through Django's storage; `kind` is what its content is, whatever its name says."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(SiteVisit, on_delete=models.CASCADE, related_name="photos")
    stored = models.CharField(max_length=200)
    kind = models.CharField(max_length=8)
    size_bytes = models.PositiveIntegerField()

    class Meta:
        db_table = "logistics_visit_photo"
        constraints = (models.CheckConstraint(condition=Q(kind__in=rules.PHOTO_KINDS), name="visit_photo_kind"),)
