"""The bounds of terms on which a buyer pays later. Source: ORD-6."""

from __future__ import annotations

LONGEST_DAYS = 365
MOST_MINOR = 10**12
