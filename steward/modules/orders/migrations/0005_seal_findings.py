"""Seal what older findings say of a person."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from steward.kernel import personal


def seal(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Move facts and suggestion of personal fields under the key of the order's customer."""
    finding = apps.get_model("orders", "OrderFinding")
    plain = finding.objects.filter(
        field__startswith="recipient.", sealed=None, order__customer__person_key__wrapped__isnull=False
    ).exclude(params={}, suggestion=None)
    for row in plain.select_related("order__customer__person_key").iterator(chunk_size=1_000):
        wrapped = row.order.customer.person_key
        key = personal.unwrap(wrapped.wrapped, wrapped.master_version)
        sealed = personal.seal(key, {"params": row.params, "suggestion": row.suggestion})
        finding.objects.filter(id=row.id).update(params={}, suggestion=None, sealed=sealed)


class Migration(migrations.Migration):
    """Seal the findings that stand."""

    dependencies: ClassVar = [
        ("orders", "0004_personal_findings"),
        ("customers", "0001_initial"),
        ("kernel", "0001_initial"),
    ]
    operations: ClassVar = [migrations.RunPython(seal, migrations.RunPython.noop)]
