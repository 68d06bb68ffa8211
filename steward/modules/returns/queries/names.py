"""Names of cases and repairs as people say them: the ports `deadlines.names.return` and `.repair`."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.returns.models import Case, Repair


def case_names(case_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each case, for notices about its clocks."""
    return dict(Case.objects.filter(id__in=case_ids).values_list("id", "number"))


def repair_names(repair_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each repair, for notices about its clocks."""
    return dict(Repair.objects.filter(id__in=repair_ids).values_list("id", "number"))
