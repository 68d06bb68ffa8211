"""Tables that every module shares."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Event(models.Model):
    """One fact that happened: audit trail, timeline, webhook source and fact table at once. Append only."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    data = models.JSONField()
    simulated = models.BooleanField(db_default=False)
    # Ids commit out of order; readers that must miss nothing read below pg_snapshot_xmin(pg_current_snapshot()).
    transaction = models.BigIntegerField(db_default=models.expressions.RawSQL("pg_current_xact_id()::text::bigint", []))

    class Meta:
        db_table = "kernel_event"
        indexes = (
            models.Index(fields=["subject_kind", "subject_id", "id"], name="event_subject"),
            BrinIndex(fields=["at"], name="event_at"),
            models.Index(fields=["transaction", "id"], name="event_transaction"),
        )


class PersonKey(models.Model):
    """The data key of one person, wrapped by a master key. Destroying it makes everything sealed with it unreadable."""

    id = models.BigAutoField(primary_key=True)
    wrapped = models.BinaryField(null=True)
    master_version = models.SmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_person_key"
        constraints = (
            models.CheckConstraint(
                condition=Q(wrapped__isnull=True) | Q(destroyed_at__isnull=True), name="destroyed_key_is_gone"
            ),
        )


class Parameter(models.Model):
    """One version of one business number; the newest version in force counts, older ones stay as history."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    version = models.PositiveIntegerField()
    value = models.JSONField()
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.TextField()
    reason = models.TextField(db_default="")

    class Meta:
        db_table = "kernel_parameter"
        constraints = (models.UniqueConstraint(fields=["name", "version"], name="parameter_version_once"),)


class IdempotencyKey(models.Model):
    """The reply that was given under a caller's key; it commits with what it answers."""

    id = models.BigAutoField(primary_key=True)
    owner = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField()
    status = models.SmallIntegerField()
    reply = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_idempotency_key"
        constraints = (models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once"),)
        indexes = (BrinIndex(fields=["created_at"], name="idempotency_created"),)


class JobFailure(models.Model):
    """Why a job is parked: the last failure of each job that was given up."""

    job_id = models.BigIntegerField(primary_key=True)
    task = models.TextField()
    error = models.TextField()
    traceback = models.TextField(db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_job_failure"


class JobRescue(models.Model):
    """How often a job was taken from a worker that died; what merely failed and was tried again does not count."""

    job_id = models.BigIntegerField(primary_key=True)
    rescues = models.PositiveIntegerField()

    class Meta:
        db_table = "kernel_job_rescue"
