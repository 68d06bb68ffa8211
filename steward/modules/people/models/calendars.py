"""Calendars: which hours count. A change is a new version; the old one stays for what ran under it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class CalendarVersion(models.Model):
    """One version of a calendar.

    `week` holds seven lists of [start, end] in minutes of the local day, Monday first. `days` is what the holidays of
    `country` and the own `exceptions` made of single dates when the version was set, so that a version never changes
    its meaning, whatever a later list of holidays says.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField()
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=40)
    always = models.BooleanField(default=False)
    week = models.JSONField()
    country = models.CharField(max_length=2, blank=True)
    exceptions = models.JSONField(default=dict)
    days = models.JSONField(default=dict)
    first_year = models.PositiveSmallIntegerField(null=True)
    last_year = models.PositiveSmallIntegerField(null=True)
    active = models.BooleanField(default=True)
    reason = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "people_calendar"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="calendar_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="calendar_one_active"),
        )
