"""The weights that a new installation allocates by."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import migrations

from steward.kernel.first_rows import FirstRows
from steward.modules.fulfilment.rules.policy import SHIPPED

FIRST = {"version": 1, "weights": msgspec.to_builtins(SHIPPED), "set_by": "system:seed"}


class Migration(migrations.Migration):
    """The first policy."""

    dependencies: ClassVar = [("fulfilment", "0001_initial")]
    operations: ClassVar = [FirstRows("Policy", lambda: [FIRST])]
