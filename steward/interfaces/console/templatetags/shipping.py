"""Weights, rates and mappings as pages about carriers write them."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from steward.interfaces.console.templatetags.console import money_text
from steward.modules.logistics.queries.tariffs import MappingView
from steward.modules.logistics.rules.tariffs import Tier

register = template.Library()
G_PER_KG = 1_000
PPM_PER_PERCENT = 10_000


@register.filter
def kg(grams: int) -> str:
    """Write grams as kilograms."""
    return f"{Decimal(grams) / G_PER_KG:f}".rstrip("0").rstrip(".") if grams % G_PER_KG else str(grams // G_PER_KG)


@register.filter
def per_kg(tier: Tier, currency: str) -> str:
    """Write a tier's price per kilogram, with the decimals it needs."""
    minor = Decimal(tier.per_tonne_minor) / G_PER_KG
    return money_text(int(minor), currency) if minor == int(minor) else f"{minor.normalize():f} / 100"


@register.filter
def ppm(share_ppm: int) -> str:
    """Write a share as percent."""
    return f"{Decimal(share_ppm) / PPM_PER_PERCENT:.4f}".rstrip("0").rstrip(".") + "%"


@register.filter
def mapping_words(one: MappingView) -> str:
    """Name a mapping; those that came with Steward have names in every language."""
    known = {
        "template": _("Our own columns, a line per tier"),
        "first_additional": _("First and additional weight"),
        "base_and_tiers": _("Base price, then rates by weight"),
    }
    return known.get(one.code, one.name) if one.shipped else one.name
