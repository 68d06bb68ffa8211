"""Names of cases as people say them: the port `deadlines.names.return`."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.returns.models import Case


def case_names(case_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each case, for notices about its clocks."""
    return dict(Case.objects.filter(id__in=case_ids).values_list("id", "number"))
