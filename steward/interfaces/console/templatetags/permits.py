"""Ask in a template what the person may do."""

from __future__ import annotations

from django import template

from steward.kernel.actor import Actor

register = template.Library()


@register.filter
def may(actor: Actor | None, permission: str) -> bool:
    """Tell whether the actor holds the permission."""
    return actor is not None and actor.may(permission)
