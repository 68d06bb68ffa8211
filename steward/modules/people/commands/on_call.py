"""On-call: the turns of a team and who takes one for another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards
from steward.modules.people.events import OnCallChanged, OnCallOverridden
from steward.modules.people.models import OnCallMember, OnCallOverride, OnCallRotation
from steward.modules.people.rules import on_call, staffing


@command(needs="people.roster")
def save_on_call(
    actor: Actor,
    *,
    team_code: str,
    staff_ids: Sequence[int],
    anchor_date: date,
    period_days: int = 7,
    handover_min: int = 540,
) -> int:
    """Set whose turn follows whose in a team, from which day on and for how long each.

    Returns the rotation's id. Units: minutes of the team's local day. Raises: NotFound, BadInput. Emits: OnCallChanged.
    """
    team = guards.team_called(team_code)
    active = guards.lock_staff(staff_ids)
    checks = (
        ("staff_ids", staff_ids and set(staff_ids) <= active, _("Choose people who work here.")),
        ("staff_ids", len(set(staff_ids)) == len(staff_ids), _("Name everybody once.")),
        ("period_days", 1 <= period_days <= 28, _("A turn lasts 1 to 28 days.")),
        ("handover", 0 <= handover_min < staffing.DAY_MIN, _("Give a time of the day, e.g. 09:00.")),
    )
    if findings := [
        {"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits
    ]:
        raise errors.BadInput(findings)
    facts = {"anchor_date": anchor_date, "period_days": period_days, "handover_min": handover_min}
    rotation, _is_new = OnCallRotation.objects.update_or_create(team=team, defaults=facts)
    OnCallMember.objects.filter(rotation=rotation).delete()
    OnCallMember.objects.bulk_create(
        OnCallMember(rotation=rotation, staff_id=staff_id, position=position)
        for position, staff_id in enumerate(staff_ids)
    )
    changed = OnCallChanged(
        team_id=team.id,
        staff_ids=list(staff_ids),
        period_days=period_days,
        handover_min=handover_min,
        anchor_date=anchor_date,
    )
    events.record(actor, [changed])
    return rotation.id


@command(needs="people.roster")
def override_on_call(
    actor: Actor, *, team_code: str, tier: str, staff_id: int, starts_at: datetime, ends_at: datetime, reason: str
) -> int:
    """Let somebody take a tier for a while instead of whose turn it is.

    Returns the override's id. Locks: the team's turns. Raises: NotFound, BadInput. Emits: OnCallOverridden.
    """
    team = guards.team_called(team_code)
    rotation = OnCallRotation.objects.select_for_update().filter(team=team).first()
    if rotation is None:
        raise errors.NotFound(key=team_code)
    others = OnCallOverride.objects.filter(rotation=rotation, tier=tier, cancelled_at=None)
    taken = others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()
    checks = (
        ("tier", tier in on_call.TIERS, _("Choose first or second.")),
        ("staff", staff_id in guards.lock_staff([staff_id]), _("Choose somebody who works here.")),
        ("ends_at", starts_at < ends_at, _("The end must be after the beginning.")),
        ("starts_at", not taken, _("Somebody takes over in this time already.")),
        ("reason", reason.strip(), _("Say why.")),
    )
    if findings := [
        {"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits
    ]:
        raise errors.BadInput(findings)
    override = OnCallOverride.objects.create(
        rotation=rotation,
        tier=tier,
        staff_id=staff_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        set_by=actor.id,
    )
    _announce(actor, override, team.id, cancelled=False)
    return override.id


@command(needs="people.roster")
def cancel_override(actor: Actor, *, override_id: int, now: datetime) -> None:
    """Let the turns count again. Raises: NotFound, NotPossible. Emits: OnCallOverridden."""
    override = OnCallOverride.objects.select_related("rotation").filter(id=override_id).first()
    if override is None:
        raise errors.NotFound(key=override_id)
    if not OnCallOverride.objects.filter(id=override_id, cancelled_at=None, ends_at__gt=now).update(cancelled_at=now):
        raise errors.NotPossible(state=_("over"), verb=_("cancel"))
    _announce(actor, override, override.rotation.team_id, cancelled=True)


def _announce(actor: Actor, override: OnCallOverride, team_id: int, *, cancelled: bool) -> None:
    overridden = OnCallOverridden(
        team_id=team_id,
        override_id=override.id,
        tier=override.tier,
        staff_id=override.staff_id,
        starts_at=override.starts_at,
        ends_at=override.ends_at,
        cancelled=cancelled,
    )
    events.record(actor, [overridden])
