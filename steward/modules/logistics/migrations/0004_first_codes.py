"""Seed what carriers' codes mean and how their tracking numbers look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row
from steward.modules.logistics.rules.shipped_codes import CODES
from steward.modules.logistics.rules.shipped_numbers import SHIPPED


def codes() -> Iterator[Row]:
    """Say what each code means."""
    for name, meanings in CODES.items():
        yield from ({"format": name, "code": code, "state": state} for code, state in meanings.items())


def numbers() -> Iterator[Row]:
    """Describe the numbers, with room between for a house's own."""
    for at, one in enumerate(SHIPPED, 1):
        yield {
            "carrier_code": one.carrier_code,
            "name": one.name,
            "position": at * 10,
            "pattern": one.pattern,
            "check_digit": one.check,
        }


class Migration(migrations.Migration):
    """Codes and numbers."""

    dependencies: ClassVar = [("logistics", "0003_kept_as_it_was")]
    operations: ClassVar = [FirstRows("TrackingCode", codes), FirstRows("NumberRule", numbers)]
