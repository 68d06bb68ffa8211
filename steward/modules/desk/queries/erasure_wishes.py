"""Wishes to be erased."""

from __future__ import annotations

from collections.abc import Collection

from steward.modules.desk.models import ErasureWish
from steward.modules.desk.rules.tickets import ACTIVE


def is_erasure_asked(customer_ids: Collection[int]) -> bool:
    """Tell whether somebody sees to it at the moment that this person is erased."""
    return ErasureWish.objects.filter(customer_id__in=customer_ids, ticket__state__in=ACTIVE).exists()
