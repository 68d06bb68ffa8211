"""Service stations, their own and partners', and appointments there.

That no place is given twice is kept by the database: the exclusion constraint `appointment_no_overlap` of migration
0007, made as in `duties`: station × 64 + place is the owner of a span of time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from steward.modules.people.models.teams import Skill
from steward.modules.people.rules import stations as rules


class Station(models.Model):
    """A place customers come to. `places`: how many can be served at once; open by its calendar.

    A partner's works for us between the dates of its contract. The address is a business's, so it is plain.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    is_partner = models.BooleanField(default=False)
    partner_name = models.CharField(max_length=80, blank=True, default="")
    contract_from = models.DateField(null=True)
    contract_until = models.DateField(null=True)
    district_code = models.CharField(max_length=6)
    address = models.CharField(max_length=200)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    phone = models.CharField(max_length=40, blank=True, default="")
    calendar_code = models.CharField(max_length=40)
    slot_min = models.PositiveSmallIntegerField(default=30)
    places = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=200, blank=True, default="")
    is_active = models.BooleanField(default=True)
    skills = models.ManyToManyField(Skill, through="StationSkill", related_name="+")

    class Meta:
        db_table = "people_station"
        constraints = (
            models.CheckConstraint(condition=Q(places__range=(1, rules.MOST_PLACES)), name="station_places"),
            models.CheckConstraint(condition=Q(slot_min__in=rules.SLOTS_MIN), name="station_slot"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="station_lies_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(is_partner=True) | Q(partner_name="", contract_from=None, contract_until=None),
                name="station_contract_of_partners",
            ),
            models.CheckConstraint(
                condition=Q(contract_from=None) | Q(contract_until=None) | Q(contract_until__gt=F("contract_from")),
                name="station_contract_lasts",
            ),
        )


class StationSkill(models.Model):
    """Something a station can do, by the same list as people's skills."""

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "people_station_skill"
        constraints = (models.UniqueConstraint(fields=["station", "skill"], name="station_skill_once"),)


class StationService(models.Model):
    """What can be booked at a station, and how long it takes. Units: minutes."""

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="services")
    service = models.CharField(max_length=16)
    duration_min = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "people_station_service"
        constraints = (
            models.UniqueConstraint(fields=["station", "service"], name="station_service_once"),
            models.CheckConstraint(condition=Q(service__in=rules.SERVICES), name="station_service"),
            models.CheckConstraint(
                condition=Q(duration_min__range=(5, rules.LONGEST_MIN)), name="station_service_takes"
            ),
        )


class Appointment(models.Model):
    """One visit to a station. `place` is which of its places is kept free; customer and subject are plain facts."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=8, unique=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    service = models.CharField(max_length=16)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, db_default="booked", default="booked")
    customer_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=20, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    booked_at = models.DateTimeField(db_default=Now())
    booked_by = models.CharField(max_length=80)
    moved_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True, default="")
    announced_for = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_appointment"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="appointment_state"),
            models.CheckConstraint(condition=Q(service__in=rules.SERVICES), name="appointment_service"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_lasts"),
            models.CheckConstraint(condition=Q(place__range=(1, 63)), name="appointment_place"),
            models.UniqueConstraint(
                fields=["customer_id", "station", "service", "starts_at"],
                condition=Q(state="booked", customer_id__isnull=False),
                name="appointment_of_customer_once",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id=None) | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
                name="appointment_about_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("arrived", "done")) | Q(arrived_at__isnull=False), name="appointment_arrived"
            ),
        )
        indexes = (
            models.Index(fields=["station", "starts_at"], name="appointment_of_station"),
            models.Index(
                fields=["customer_id"], condition=Q(customer_id__isnull=False), name="appointment_of_customer"
            ),
            models.Index(
                fields=["subject_kind", "subject_id"], condition=~Q(subject_kind=""), name="appointment_about"
            ),
            models.Index(fields=["starts_at"], condition=Q(state="booked"), name="appointment_coming"),
        )
