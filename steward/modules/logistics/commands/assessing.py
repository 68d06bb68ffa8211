"""Decide about carriers, and keep what was seen at their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import CarrierDecided, SiteVisited
from steward.modules.logistics.models import Carrier, CarrierDecision, SiteVisit, VisitPhoto
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import carriers as rules
from steward.modules.logistics.rules.photos import LARGEST_BYTES, photo_kind

MOST_PHOTOS = 12
FOLDER = "logistics/visits"


class DecisionNeedsReason(errors.Refusal):
    """Refuse a decision about a carrier without a reason."""

    code = "decision_needs_reason"
    status = 422
    message = gettext_lazy("Say why, so that whoever looks again knows.")


class ReviewInThePast(errors.Refusal):
    """Refuse a review on a day that is over, or none where one is needed."""

    code = "review_date_unfit"
    status = 422
    message = gettext_lazy("Name a day to look again, from tomorrow on. A stopped carrier may go without one.")


class NoPhoto(errors.Refusal):
    """Refuse a file that is no picture, whatever its name says."""

    code = "no_photo"
    status = 422
    message = gettext_lazy("“%(name)s” is no JPEG, PNG or WebP picture, or bigger than 8 MB.")


@command(needs="logistics.carriers")
def decide_carrier(
    actor: Actor,
    *,
    code: str,
    verb: str,
    reason: str,
    review_date: date | None,
    now: datetime,
    score: int | None = None,
) -> str:
    """Approve a carrier, put it on probation or stop it, with a day to look again; stopped ones are not chosen.

    Returns the state reached. Locks: the carrier.
    Raises: NotFound, NotPossible, DecisionNeedsReason, ReviewInThePast, Stale. Emits: CarrierDecided.
    """
    if not reason.strip():
        raise DecisionNeedsReason
    if (review_date is None and verb != "stop") or (review_date is not None and review_date <= house_day(now)):
        raise ReviewInThePast
    carrier = _locked(code)
    state = rules.next_state(carrier.state, verb)
    said = reason.strip()[:200]
    changed = Carrier.objects.filter(id=carrier.id, state=carrier.state).update(
        state=state, state_reason=said, review_date=review_date, changed_at=now
    )
    if not changed:
        raise errors.Stale
    CarrierDecision.objects.create(
        carrier=carrier,
        verb=verb,
        state_before=carrier.state,
        state_after=state,
        reason=said,
        review_date=review_date,
        score=score,
        decided_by=actor.id,
        decided_at=now,
    )
    event = CarrierDecided(
        carrier_id=carrier.id, code=code, verb=verb, state=state, reason=said, review_date=review_date
    )
    events.record(actor, [event])
    return state


def refuse_unfit(files: Sequence[tuple[str, int]]) -> None:
    """Refuse too many files, or one too large, by names and sizes in bytes: before anything is read or stored.

    Raises: BadInput, NoPhoto.
    """
    if len(files) > MOST_PHOTOS:
        raise errors.BadInput([{"field": "photos", "code": "unfit", "message": _("At most 12 photos.")}])
    for name, size in files:
        if size > LARGEST_BYTES:
            raise NoPhoto(name=name[:80])


class Photo(Struct, frozen=True):
    """A picture as it was sent."""

    name: str
    content: bytes


def keep_photos(photos: Sequence[Photo]) -> list[tuple[str, str, int]]:
    """Look at what each file really is and store it; (stored name, kind, bytes) each.

    Runs before the command, so that no file is written inside a transaction. Raises: NoPhoto, nothing stored.
    """
    kinds = [photo_kind(one.content) for one in photos]
    for one, kind in zip(photos, kinds, strict=True):
        if not kind or len(one.content) > LARGEST_BYTES:
            raise NoPhoto(name=one.name[:80])
    return [
        (default_storage.save(f"{FOLDER}/photo.{kind}", ContentFile(one.content)), kind, len(one.content))
        for one, kind in zip(photos, kinds, strict=True)
    ]


@command(needs="logistics.carriers")
def record_visit(
    actor: Actor,
    *,
    code: str,
    visited_on: date,
    place: str,
    marks: Mapping[str, int],
    findings: str,
    photos: Sequence[tuple[str, str, int]] = (),
    now: datetime,
) -> int:
    """Write down a visit at a carrier's place, with marks of 1 to 5 and photos kept before by `keep_photos`.

    Returns the visit's id. Raises: NotFound, BadInput. Emits: SiteVisited.
    """
    checks = [
        ("visited_on", visited_on <= house_day(now), _("The visit lies in the future.")),
        ("place", 0 < len(place.strip()) <= 120, _("Say where it was, in at most 120 characters.")),
        ("marks", set(marks) <= set(rules.VISIT_POINTS), _("There is no such point.")),
        ("marks", all(1 <= mark <= 5 for mark in marks.values()), _("Marks are 1 to 5.")),
        ("photos", len(photos) <= MOST_PHOTOS, _("At most 12 photos.")),
    ]
    if wrong := [{"field": field, "code": "unfit", "message": text} for field, fits, text in checks if not fits]:
        raise errors.BadInput(wrong)
    carrier = _locked(code)
    visit = SiteVisit.objects.create(
        carrier=carrier,
        visited_on=visited_on,
        place=place.strip(),
        marks=dict(marks),
        findings=findings.strip(),
        visited_by=actor.id,
        recorded_at=now,
    )
    VisitPhoto.objects.bulk_create(
        [VisitPhoto(visit=visit, stored=stored, kind=kind, size_bytes=size) for stored, kind, size in photos]
    )
    event = SiteVisited(carrier_id=carrier.id, code=code, visited_on=visited_on, photos=len(photos))
    events.record(actor, [event])
    return visit.id


def _locked(code: str) -> Carrier:
    found = Carrier.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise errors.NotFound(key=code)
    return found
