"""Choose services for what is to be sent, keep why, and let a person choose otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import ServiceOverridden
from steward.modules.logistics.models import Service, ServiceChoice
from steward.modules.logistics.queries.choice import Wanted, chosen
from steward.modules.logistics.queries.choice import choose_services as choices_for
from steward.modules.logistics.rules.choice import Choice, Verdict


class OverrideNeedsReason(errors.Refusal):
    """Refuse another service without saying why."""

    code = "override_needs_reason"
    status = 422
    message = _("Say why another service shall carry it.")


class ServiceCannot(errors.Refusal):
    """Refuse a service that cannot carry the parcel at all."""

    code = "service_cannot"
    status = 409
    message = _("%(service)s cannot carry this parcel. Choose one of the alternatives.")


@command(needs="logistics.quote")
def choose_services(actor: Actor, *, wanted: Sequence[Wanted], now: datetime) -> list[Choice]:
    """Choose a service for each parcel and keep the choice under its reference, with every alternative.

    A reference a person has chosen for already keeps that. Returns the choices in the order given.
    """
    made = choices_for(wanted, at=now)
    by_hand = {one.reference for one in chosen([one.reference for one in wanted]).values() if one.kind == "overridden"}
    ServiceChoice.objects.bulk_create(
        [
            ServiceChoice(
                reference=one.reference,
                service_id=choice.service_id,
                kind="proposed",
                cause=choice.cause,
                promised_date=one.promised_date,
                facts=msgspec.to_builtins(choice),
                made_by=actor.id,
                made_at=now,
                simulated=one.simulated,
            )
            for one, choice in zip(wanted, made, strict=True)
            if one.reference and one.reference not in by_hand
        ]
    )
    return made


@command(needs="logistics.choose")
def override_service(actor: Actor, *, wanted: Wanted, service: str, reason: str, now: datetime) -> int:
    """Let another service carry a parcel than the rule chose; the rule's own choice stays on record beside it.

    Returns the service's id. Raises: OverrideNeedsReason, NotFound, ServiceCannot. Emits: ServiceOverridden.
    """
    if not reason.strip():
        raise OverrideNeedsReason
    row = Service.objects.filter(code=service).first()
    if row is None:
        raise errors.NotFound(key=service)
    made = choices_for([wanted], at=now)[0]
    if row.id not in {one.option.service_id for one in made.verdicts}:
        raise ServiceCannot(service=row.name)
    before = made.chosen
    verdicts = tuple(
        Verdict(one.option, "chosen" if one.option.service_id == row.id else _otherwise(one)) for one in made.verdicts
    )
    facts = Choice(row.id, "by_hand", made.reliability_share, verdicts, made.out)
    kept = ServiceChoice.objects.create(
        reference=wanted.reference,
        service=row,
        kind="overridden",
        cause="by_hand",
        reason=reason.strip()[:200],
        promised_date=wanted.promised_date,
        facts=msgspec.to_builtins(facts),
        made_by=actor.id,
        made_at=now,
        simulated=wanted.simulated,
    )
    event = ServiceOverridden(
        choice_id=kept.id,
        reference=wanted.reference,
        service=service,
        before=before.service_code if before else "",
        reason=kept.reason,
    )
    events.record(actor, [event])
    return row.id


def _otherwise(one: Verdict) -> str:
    """Say of what the rule would have taken that it was passed over."""
    return "passed_over" if one.verdict == "chosen" else one.verdict
