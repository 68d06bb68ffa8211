"""Seed the hours that businesses in China work: an office with its holidays, and a service desk of long days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from steward.modules.people.rules import calendars

OFFICE_DAY = [[9 * 60, 12 * 60], [13 * 60 + 30, 18 * 60]]
SERVICE_DAY = [[8 * 60, 22 * 60]]
# code: name, the seven days from Monday, the country whose holidays count
FIRST: dict[str, tuple[str, list[Any], str]] = {
    "cn-office": ("办公时间（法定工作日）", [OFFICE_DAY] * 5 + [[], []], "CN"),
    "service-desk": ("服务台（每日 8–22 点）", [SERVICE_DAY] * 7, ""),
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add each calendar that nobody has made yet."""
    calendar = apps.get_model("people", "CalendarVersion")
    for code, (name, week, country) in FIRST.items():
        years = calendars.years_around(datetime.now(UTC).year) if country else range(0)
        calendar.objects.get_or_create(
            code=code,
            version=1,
            defaults={
                "name": name,
                "zone": "Asia/Shanghai",
                "week": week,
                "country": country,
                "days": calendars.resolved_days(week, country=country, years=years, exceptions={}),
                "first_year": years[0] if years else None,
                "last_year": years[-1] if years else None,
                "set_by": "system:seed",
            },
        )


class Migration(migrations.Migration):
    """Two calendars."""

    dependencies: ClassVar = [("people", "0005_no_overlaps")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
