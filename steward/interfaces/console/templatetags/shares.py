"""Write shares as percent."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float | str | None) -> str:
    """Write a share 0–1 as percent with one decimal; a dash where nothing could be divided."""
    return "–" if not isinstance(share, int | float) else f"{share * 100:.1f} %"
