"""Read what is set aside for work that is no order."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.inventory.models import SetAside


def set_aside_units(ids: Collection[int]) -> dict[int, int]:
    """Tell how many pieces each row that is still open holds. Units: pieces."""
    return dict(SetAside.objects.filter(id__in=list(ids), state="open").values_list("id", "quantity"))
