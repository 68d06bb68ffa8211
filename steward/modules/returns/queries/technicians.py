"""Who can repair what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.people import queries as people
from steward.modules.returns.models import RepairVisit

SKILLS = parameters.define(
    "returns.repair_skills",
    "",
    unit="",
    kind="text",
    label=_("Skill a technician needs by category of goods (category=skill, with spaces between; others need none)"),
)


def skill_for(category: str) -> str:
    """Name the skill repairing goods of a category asks for, "" for none; the longest category that fits counts."""
    known = dict(pair.split("=", 1) for pair in str(parameters.value(SKILLS)).split() if "=" in pair)
    fitting = [one for one in known if category == one or category.startswith(f"{one}/")]
    return known[max(fitting, key=len)] if fitting else ""


def qualified(category: str) -> tuple[list[int], str]:
    """List who may repair goods of a category, those who know it best first, and the skill it asks for."""
    skill = skill_for(category)
    able = people.staff_with_permission("returns.repair")
    if not skill:
        return able, ""
    levels = people.staff_with_skill(skill)
    return sorted((one for one in able if one in levels), key=lambda one: (-levels[one], one)), skill


def free_technicians(able: Sequence[int], starts_at: datetime, ends_at: datetime, *, but: int = 0) -> list[int]:
    """List those of some technicians who see to nothing else then, in their order."""
    taken = RepairVisit.objects.filter(
        technician_id__in=able, state__in=("planned", "done"), starts_at__lt=ends_at, ends_at__gt=starts_at
    ).exclude(id=but)
    busy = set(taken.values_list("technician_id", flat=True))
    return [one for one in able if one not in busy]
