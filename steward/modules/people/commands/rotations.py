"""Patterns of shifts that repeat, and the weeks they plan ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards
from steward.modules.people.commands.roster import DutyDraft, Planned, plan_duties
from steward.modules.people.commands.teams import CODE
from steward.modules.people.events import RotationChanged
from steward.modules.people.models import Rotation, RotationMember, Shift
from steward.modules.people.rules import rosters


class UnfitPeriod(errors.Refusal):
    """Refuse to plan a period that is none or too long."""

    code = "unfit_period"
    status = 422
    message = gettext_lazy("Give a first and a last day, at most three months apart.")


@command(needs="people.roster")
def save_rotation(
    actor: Actor,
    *,
    team_code: str,
    code: str,
    name: str,
    pattern: Sequence[str],
    anchor_date: date,
    members: Mapping[int, int],
) -> int:
    """Make a pattern of a team, or change it: one shift code per day ("" is off), and who is how many days ahead.

    Returns its id. Raises: NotFound, BadInput. Emits: RotationChanged.
    """
    team = guards.team_called(team_code)
    known = {*Shift.objects.filter(team=team, is_active=True).values_list("code", flat=True), rosters.DAY_OFF}
    active = guards.lock_staff(members)
    unknown = sorted(set(pattern) - known)
    fits_cycle = 1 <= len(pattern) <= rosters.LONGEST_CYCLE_DAYS
    ahead = all(0 <= days < rosters.LONGEST_CYCLE_DAYS for days in members.values())
    checks = (
        ("code", CODE.fullmatch(code), _("Small letters, digits, - and _ only, 40 at most.")),
        ("name", name.strip() and len(name) <= 80, _("Give a name of at most 80 characters.")),
        ("pattern", fits_cycle, _("Give a pattern of 1 to 56 days.")),
        ("pattern", not unknown, _("Unknown shift: %s") % ", ".join(unknown)),
        ("members", set(members) <= active, _("Choose somebody who works here.")),
        ("members", ahead, _("Days ahead are between 0 and 55.")),
    )
    if findings := [
        {"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits
    ]:
        raise errors.BadInput(findings)
    facts = {"name": name.strip(), "pattern": list(pattern), "anchor_date": anchor_date}
    rotation, _is_new = Rotation.objects.update_or_create(team=team, code=code, defaults=facts)
    RotationMember.objects.filter(rotation=rotation).delete()
    RotationMember.objects.bulk_create(
        RotationMember(rotation=rotation, staff_id=staff_id, offset_days=days)
        for staff_id, days in sorted(members.items())
    )
    changed = RotationChanged(
        rotation_id=rotation.id, team_id=team.id, code=code, pattern=list(pattern), staff_ids=sorted(members)
    )
    events.record(actor, [changed])
    return rotation.id


@command(needs="people.roster")
def apply_rotation(actor: Actor, *, team_code: str, code: str, first: date, last: date) -> list[Planned]:
    """Plan the duties a pattern gives between two days, both included; what stands already stays.

    Running it again adds only what is missing. Raises: NotFound, UnfitPeriod. Emits: DutiesPlanned.
    """
    rotation = Rotation.objects.filter(team=guards.team_called(team_code), code=code).first()
    if rotation is None:
        raise errors.NotFound(key=code)
    days = (last - first).days + 1
    if not 1 <= days <= rosters.LONGEST_PLAN_DAYS:
        raise UnfitPeriod
    drafts = []
    for staff_id, offset in rotation.members.order_by("staff_id").values_list("staff_id", "offset_days"):
        for on in (first + timedelta(days=number) for number in range(days)):
            shift = rosters.shift_on(rotation.pattern, anchor=rotation.anchor_date, offset_days=offset, on=on)
            if shift != rosters.DAY_OFF:
                drafts.append(DutyDraft(staff_id, shift, on))
    return plan_duties(actor, team_code=team_code, drafts=drafts, source="rotation")
