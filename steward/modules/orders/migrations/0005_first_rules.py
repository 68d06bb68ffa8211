"""Put the mappings and the screening rules that come with Steward in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec
from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row
from steward.modules.orders.rules import screening_shipped, shipped_mappings


def mappings() -> Iterator[Row]:
    """Name the mappings."""
    return ({"code": code, "name": name, "rules": rules} for code, (name, rules) in shipped_mappings.SHIPPED.items())


def screening() -> Iterator[Row]:
    """Put the shipped rules in force."""
    shipped = screening_shipped.SHIPPED
    yield {
        "version": 1,
        "name": "Shipped rules",
        "state": "active",
        "hold_at": shipped.hold_at,
        "rules": msgspec.to_builtins(shipped.rules),
        "activated_at": "now",
        "activated_by": "system:seed",
    }


class Migration(migrations.Migration):
    """Mappings and screening rules."""

    dependencies: ClassVar = [("orders", "0004_first_steps")]
    operations: ClassVar = [FirstRows("Mapping", mappings), FirstRows("RuleSet", screening)]
