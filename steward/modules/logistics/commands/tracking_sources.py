"""Who may report where parcels are, what their codes mean, and how numbers look."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.placing import place_parcels
from steward.modules.logistics.models import NumberRule, Parcel, Shipment, TrackingCode, TrackingEvent, TrackingSource
from steward.modules.logistics.models.tracking import FORMATS
from steward.modules.logistics.queries.tracking import SECRET_PURPOSE
from steward.modules.logistics.rules import tracking_numbers
from steward.modules.logistics.rules.tracking_states import EVENT_STATES


class UnknownFormat(errors.Refusal):
    """Refuse a source whose reports nobody can read."""

    code = "unknown_format"
    status = 422
    message = _("“%(format)s” is no format; choose one of: %(known)s.")


class UnknownMeaning(errors.Refusal):
    """Refuse a meaning that is no state."""

    code = "unknown_meaning"
    status = 422
    message = _("“%(state)s” is no state of tracking; choose one of: %(known)s.")


class UnfitPattern(errors.Refusal):
    """Refuse a pattern of numbers that cannot be read, or a check digit nobody can compute."""

    code = "unfit_pattern"
    status = 422
    message = _("The pattern cannot be read, or its check digit is none of: %(known)s.")


@command(needs="logistics.track")
def save_source(
    actor: Actor, *, code: str, name: str, format_: str, carrier_code: str = "", poll_url: str = "", secret: str = ""
) -> str:
    """Let somebody report tracking events; return the secret they prove it with.

    An empty secret draws one (of a source that is known: keeps its own, and "" is returned). Raises: UnknownFormat.
    """
    if format_ not in FORMATS:
        raise UnknownFormat(format=format_, known=", ".join(FORMATS))
    known = TrackingSource.objects.filter(code=code).first()
    shown = secret or ("" if known else "whsec_" + b64encode(secrets.token_bytes(24)).decode())
    facts = {"name": name, "format": format_, "carrier_code": carrier_code, "poll_url": poll_url, "active": True}
    if shown:
        facts["sealed_secret"] = secrets_box.seal_with_master(shown.encode(), purpose=SECRET_PURPOSE)
    TrackingSource.objects.update_or_create(code=code, defaults=facts)
    return shown


@command(needs="logistics.track")
def stop_source(actor: Actor, *, code: str) -> None:
    """Believe a source no longer. Raises: NotFound."""
    if not TrackingSource.objects.filter(code=code).update(active=False):
        raise errors.NotFound(key=code)


@command(needs="logistics.track")
def explain_code(actor: Actor, *, format_: str, code: str, state: str, now: datetime, carrier_code: str = "") -> int:
    """Say what a code means from now on; events that waited for it count at once. Returns how many waited.

    Raises: UnknownMeaning. Emits: ShipmentMoved, ShipmentDelivered. Locks: shipments in id order.
    """
    if state not in EVENT_STATES or state == "unknown":
        raise UnknownMeaning(state=state, known=", ".join(one for one in EVENT_STATES if one != "unknown"))
    facts = {"state": state, "set_by": actor.id, "set_at": now}
    TrackingCode.objects.update_or_create(format=format_, carrier_code=carrier_code, code=code, defaults=facts)
    waiting = TrackingEvent.objects.filter(state="unknown", format=format_, code=code)
    if carrier_code:
        waiting = waiting.filter(carrier_code=carrier_code)
    with_parcel = waiting.filter(parcel__isnull=False)
    parcels = sorted(set(with_parcel.values_list("parcel_id", flat=True)))
    shipments = Parcel.objects.filter(id__in=parcels).values_list("shipment_id", flat=True)
    locked = Shipment.objects.select_for_update(no_key=True).filter(id__in=list(shipments)).order_by("id")
    list(locked.values_list("id", flat=True))
    explained = waiting.update(state=state)
    place_parcels(actor, parcel_ids=parcels, now=now)
    return explained


@command(needs="logistics.track")
def save_number_rule(
    actor: Actor, *, carrier_code: str, name: str, pattern: str, check_digit: dict[str, object], position: int
) -> None:
    """Say how numbers of a carrier look. Raises: UnfitPattern."""
    known = tracking_numbers.CHECKS
    if not tracking_numbers.is_pattern(pattern) or (check_digit and check_digit.get("name") not in known):
        raise UnfitPattern(known=", ".join(known))
    NumberRule.objects.update_or_create(
        carrier_code=carrier_code,
        name=name,
        defaults={"pattern": pattern, "check_digit": check_digit, "position": position, "active": True},
    )
