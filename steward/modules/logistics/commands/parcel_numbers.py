"""Carriers' numbers of parcels: each belongs to one parcel of a carrier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.modules.logistics.models import Parcel

ONCE = "parcel_tracking_once"


class NumberTaken(errors.Refusal):
    """Refuse a tracking number that another parcel of the carrier has."""

    code = "tracking_number_taken"
    message = _("The tracking number %(number)s belongs to another parcel.")


def refuse_taken(parcels: Sequence[Parcel]) -> None:
    """Refuse numbers other parcels of the same carrier have, or two of these. Raises: NumberTaken."""
    wanted = Counter((one.tracking_number, one.carrier_id) for one in parcels if one.tracking_number)
    others = Parcel.objects.filter(tracking_number__in=[number for number, _carrier in wanted])
    others = others.exclude(id__in=[one.id for one in parcels if one.id])
    wanted.update(key for key in others.values_list("tracking_number", "carrier_id") if key in wanted)
    taken = [number for (number, _carrier), count in wanted.items() if count > 1]
    if taken:
        raise NumberTaken(number=taken[0])


@contextmanager
def numbers_once(parcels: Sequence[Parcel]) -> Iterator[None]:
    """Let the writing inside be refused in words where somebody else wrote the same number a moment before.

    Raises: NumberTaken.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg.Error) or cause.diag.constraint_name != ONCE:
            raise
        raise NumberTaken(number=", ".join(one.tracking_number for one in parcels if one.tracking_number)) from error
