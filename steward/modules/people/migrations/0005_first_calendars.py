"""Seed the calendar that never closes and the hours businesses in China work: an office, and a desk of long days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row
from steward.modules.people.rules import calendars as rules

OFFICE_DAY = [[9 * 60, 12 * 60], [13 * 60 + 30, 18 * 60]]
SERVICE_DAY = [[8 * 60, 22 * 60]]
WHOLE_DAY = [[0, 24 * 60]]
# code: name, the seven days from Monday, the country whose holidays count
FIRST: dict[str, tuple[str, list[Any], str]] = {
    "always": ("24×7", [WHOLE_DAY] * 7, ""),
    "cn-office": ("办公时间（法定工作日）", [OFFICE_DAY] * 5 + [[], []], "CN"),
    "service-desk": ("服务台（每日 8–22 点）", [SERVICE_DAY] * 7, ""),
}


def calendars() -> Iterator[Row]:
    """Write the calendars with the holidays that are known today."""
    for code, (name, week, country) in FIRST.items():
        years = rules.years_around(datetime.now(UTC).year) if country else range(0)
        yield {
            "code": code,
            "version": 1,
            "name": name,
            "zone": "Asia/Shanghai",
            "always": code == "always",
            "week": week,
            "country": country,
            "days": rules.resolved_days(week, country=country, years=years, exceptions={}),
            "first_year": years[0] if years else None,
            "last_year": years[-1] if years else None,
            "set_by": "system:seed",
        }


class Migration(migrations.Migration):
    """Three calendars."""

    dependencies: ClassVar = [("people", "0004_no_overlaps")]
    operations: ClassVar = [FirstRows("CalendarVersion", calendars)]
