"""How many clocks were kept and missed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q

from steward.modules.deadlines.models import Clock


def outcomes_of_clocks(
    subject_kind: str, kinds: Sequence[str], subject_ids: Sequence[int]
) -> dict[str, tuple[int, int]]:
    """Count by kind how many clocks of some subjects were kept and missed; those that run late count as missed."""
    found = Clock.objects.filter(subject_kind=subject_kind, kind__in=kinds, subject_id__in=subject_ids)
    missed = Q(outcome="breached") | Q(breached_at__isnull=False)
    met = Count("id", filter=Q(outcome="met"))
    rows = found.values_list("kind").annotate(met=met, missed=Count("id", filter=missed))
    return {kind: (kept, late) for kind, kept, late in rows}
