"""The rules that a new house takes goods back by."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import migrations

from steward.kernel.first_rows import FirstRows
from steward.modules.returns.rules.policy_shipped import SHIPPED

FIRST = {"version": 1, "rules": msgspec.to_builtins(SHIPPED), "active": True, "set_by": "system:seed"}


class Migration(migrations.Migration):
    """The first policy."""

    dependencies: ClassVar = [("returns", "0003_append_only")]
    operations: ClassVar = [FirstRows("Policy", lambda: [FIRST])]
