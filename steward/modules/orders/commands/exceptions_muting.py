"""Say what is watched for, and mute false alarms by rule until a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import to_builtins

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, cancel_clocks
from steward.modules.deadlines.rules import BadCondition, holds, parse
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.exceptions_opening import OPEN, SUBJECT, note, unmute
from steward.modules.orders.events import DetectorChanged, ExceptionsMuted
from steward.modules.orders.models import Detector, ExceptionCase, Mute
from steward.modules.orders.rules.detectors import SEVERITIES, limits_fit
from steward.modules.people import queries as people

NEEDS = "orders.exception_rules"
LONGEST_MUTE = timedelta(days=92)
MOST_MUTED = 5_000


class UnfitMute(errors.Refusal):
    """Refuse a mute that cannot be read, or that would last too long to be looked at again."""

    code = "unfit_mute"
    status = 422
    message = _("Mute at least one fact, until a day within three months.")


class UnfitDetector(errors.Refusal):
    """Refuse limits, a gravity or a role that cannot be."""

    code = "unfit_detector"
    status = 422
    message = _("%(part)s cannot be read so: look at it again.")


@command(needs=NEEDS)
def mute_exceptions(
    actor: Actor, *, detector: str, condition: Sequence[Mapping[str, Any]], until: datetime, reason: str, now: datetime
) -> int:
    """Mute what a detector sees of certain facts until a day; open ones it fits fall silent too. Returns its id.

    Raises: NotFound, ReasonMissing, UnfitMute. Emits: ExceptionsMuted. Locks: exceptions in id order.
    """
    row = Detector.objects.filter(code=detector).first()
    if row is None:
        raise errors.NotFound(key=detector)
    if not reason.strip():
        raise ReasonMissing
    try:
        tests = parse(list(condition))
    except BadCondition as cause:
        raise UnfitMute from cause
    if not tests or not now < until <= now + LONGEST_MUTE:
        raise UnfitMute
    mute = Mute.objects.create(
        detector=row,
        condition=to_builtins(tests),
        until=until,
        reason=reason.strip()[:200],
        made_at=now,
        made_by=actor.id,
    )
    locked = ExceptionCase.objects.select_for_update().filter(detector=row, state__in=OPEN).order_by("id")
    silent = [case.id for case in locked[:MOST_MUTED] if holds(tests, case.facts)]
    ExceptionCase.objects.filter(id__in=silent).update(state="muted", mute=mute)
    note(actor, dict.fromkeys(silent, ("muted", mute.reason)), now)
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, id_, row.clock_kind) for id_ in silent], at=now)
    events.record(actor, [_announced(mute, row, "mute")])
    return mute.id


@command(needs=NEEDS)
def end_mute(actor: Actor, *, mute_id: int, now: datetime) -> int:
    """End a mute before its day; what it kept silent opens. Returns how many opened.

    Raises: NotFound. Emits: ExceptionsMuted, ExceptionOpened. Locks: the mute, exceptions in id order.
    """
    mute = Mute.objects.select_for_update(of=("self",)).select_related("detector").filter(id=mute_id).first()
    if mute is None:
        raise errors.NotFound(key=mute_id)
    if mute.ended_at is not None:
        return 0
    Mute.objects.filter(id=mute.id).update(ended_at=now, ended_by=actor.id)
    silent = ExceptionCase.objects.select_for_update().filter(mute=mute, state="muted").order_by("id")
    opened = unmute(actor, list(silent[:MOST_MUTED]), now)
    events.record(actor, [_announced(mute, mute.detector, "end")])
    return opened


def _announced(mute: Mute, detector: Detector, verb: str) -> ExceptionsMuted:
    return ExceptionsMuted(mute_id=mute.id, detector=detector.code, verb=verb, until=mute.until, reason=mute.reason)


@command(needs=NEEDS)
def set_detector(
    actor: Actor,
    *,
    code: str,
    active: bool,
    limits: Mapping[str, int],
    severity: str,
    responsible_role: str,
    seen_version: int,
    reason: str,
    now: datetime,
) -> int:
    """Change what is watched for; it counts from the next look on. Returns the version in force.

    Units: limits ending in _s are seconds. Raises: NotFound, Stale, ReasonMissing, UnfitDetector.
    Emits: DetectorChanged. Locks: the detector.
    """
    row = Detector.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    if row.version != seen_version:
        raise errors.Stale
    if not reason.strip():
        raise ReasonMissing
    if severity not in SEVERITIES:
        raise UnfitDetector(part=_("The severity"))
    if responsible_role not in people.role_labels():
        raise UnfitDetector(part=_("The role"))
    if not limits_fit(row.limits, limits):
        raise UnfitDetector(part=_("A limit"))
    wanted = {"active": active, "limits": dict(limits), "severity": severity, "responsible_role": responsible_role}
    before = {name: getattr(row, name) for name, value in wanted.items() if getattr(row, name) != value}
    if not before:
        return row.version
    Detector.objects.filter(id=row.id).update(version=row.version + 1, set_at=now, set_by=actor.id, **wanted)
    changed = DetectorChanged(
        detector_id=row.id,
        code=code,
        before=before,
        after={name: wanted[name] for name in before},
        reason=reason.strip()[:200],
    )
    events.record(actor, [changed])
    return row.version + 1
