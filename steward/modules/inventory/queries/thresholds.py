"""The business numbers that say what is slow, what expires soon and how far a transfer may help."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters

RATE_DAYS = parameters.define(
    "inventory.rate_days",
    90,
    unit="d",
    label=_("Over how many days demand is averaged for slow-moving and expiring stock"),
    minimum=7,
    maximum=730,
)
SLOW_COVER_DAYS = parameters.define(
    "inventory.slow_cover_days",
    180,
    unit="d",
    label=_("From how many days of cover on stock is slow-moving"),
    minimum=1,
    maximum=3650,
)
DEAD_IDLE_DAYS = parameters.define(
    "inventory.dead_idle_days",
    120,
    unit="d",
    label=_("After how many days in which nothing came or left stock is non-moving"),
    minimum=1,
    maximum=3650,
)
EXPIRY_DAYS = parameters.define(
    "inventory.expiry_days",
    90,
    unit="d",
    label=_("How many days ahead expiring lots are listed"),
    minimum=1,
    maximum=3650,
)
STOCKTAKE_SLICES_DAYS = parameters.define(
    "inventory.stocktake_slices_days",
    30,
    unit="d",
    label=_("Stocktakes of a warehouse one person submits within so many days count together towards the limits"),
    minimum=0,
    maximum=365,
)
TRANSIT_DAYS = parameters.define(
    "inventory.transfer_days",
    3,
    unit="d",
    label=_("How many days a transfer between warehouses takes"),
    minimum=0,
    maximum=90,
)
TRANSFER_COVER_DAYS = parameters.define(
    "inventory.transfer_cover_days",
    60,
    unit="d",
    label=_("For how many days of demand a warehouse takes goods that do not sell elsewhere"),
    minimum=1,
    maximum=730,
)
SLICES_DAYS = parameters.define(
    "inventory.write_off_slices_days",
    30,
    unit="d",
    label=_("Write-offs of an item in a warehouse within so many days count together towards the limits"),
    minimum=0,
    maximum=365,
)
