"""The smallest parts of a page, written straight: long lists hold hundreds of them.

The components `<c-pill>`, `<c-ago>` and `<c-clock>` are these tags; a list of many rows calls the tags, which
takes a tenth of a component's time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from steward.interfaces.console.templatetags.console import ago, clock_look, exact, state_look

register = template.Library()
NOTHING = mark_safe('<span class="text-secondary">—</span>')
LABEL = '<span class="clock-label">{}</span>'


@register.simple_tag
def pill(state: str = "", axis: str = "", tone: str = "", slot: str = "", attrs: object = "") -> SafeString:
    """Write a state, or words of one's own, as a pill."""
    look = state_look(state, tone, axis)
    return format_html(
        '<span {} class="pill pill-{}">{}</span>', attrs, look["tone"], slot if slot.strip() else look["label"]
    )


@register.simple_tag
def since(at: datetime | None, attrs: object = "") -> SafeString:
    """Write an instant as people say it, exactly on hovering."""
    if not at:
        return NOTHING
    return format_html(
        '<time {} class="ago" datetime="{}" title="{}">{}</time>', attrs, at.isoformat(), exact(at), ago(at)
    )


@register.simple_tag
def clock_chip(
    clock: Any = None,
    due_at: Any = None,
    outcome: Any = "running",
    target_s: Any = None,
    label: str = "",
    attrs: object = "",
) -> SafeString:
    """Write a clock as a chip: how it looks, what is left, and what stands beside it."""
    look = clock_look(clock, due_at, outcome, target_s)
    due: datetime | None = look["due_at"]
    live = (
        format_html(' data-due="{}" data-target="{}"', due.isoformat(), look["target_s"])
        if look["live"] and due
        else ""
    )
    escalated = ""
    if look.get("escalated") and look["live"]:
        escalated = format_html(
            '<span class="clock-label" title="{}"><i class="ti ti-stairs-up" aria-hidden="true"></i>{}</span>',
            _("Escalated"),
            look["escalated"],
        )
    return format_html(
        '<span {} class="clock pill-{}" data-look="{}"{}{}><i class="ti ti-{}" aria-hidden="true"></i>{}'
        '<span class="clock-text">{}</span>{}{}</span>',
        attrs,
        look["tone"],
        look["look"],
        live,
        format_html(' title="{}"', exact(due)) if due else "",
        look["icon"],
        format_html(LABEL, label) if label else "",
        conditional_escape(look["text"]),
        format_html(LABEL, look["note"]) if look.get("note") else "",
        escalated,
    )
