"""Bounds of teams, skills and shifts, and their findings."""

from __future__ import annotations

from collections.abc import Mapping

LOWEST_LEVEL, HIGHEST_LEVEL = 1, 5
DAY_MIN = 24 * 60
SHIFT_TONES = ("green", "blue", "amber", "grey", "red")
LANGUAGES = ("zh", "en", "de", "ja", "fr", "es")


def is_level(level: int) -> bool:
    """Tell whether a number is a level of skill: 1 learning … 5 teaches others."""
    return LOWEST_LEVEL <= level <= HIGHEST_LEVEL


def reaches(levels: Mapping[str, int], skill: str, *, level: int) -> bool:
    """Tell whether somebody with these levels can do what is asked."""
    return levels.get(skill, 0) >= level


def leads_in_a_circle(parents: Mapping[str, str | None], *, team: str, parent: str | None) -> bool:
    """Tell whether a team would end up above itself."""
    seen = {team}
    while parent is not None:
        if parent in seen:
            return True
        seen.add(parent)
        parent = parents.get(parent)
    return False
