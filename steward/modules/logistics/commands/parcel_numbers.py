"""Carriers' numbers of parcels: each belongs to one parcel of a carrier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.modules.logistics.models import Parcel


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
