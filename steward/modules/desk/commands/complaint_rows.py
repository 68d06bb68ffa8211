"""Lock a complaint, let nobody decide their own matter, and announce what became of it: steps of every command."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.desk.events import ComplaintMoved
from steward.modules.desk.models import Complaint, ComplaintCause, ComplaintType
from steward.modules.desk.rules import complaints as rules
from steward.modules.people import queries as people

WORK = "tickets.work"
LONGEST = 400


class OwnComplaint(errors.Refusal):
    """Refuse that somebody works on a complaint about themselves."""

    code = "own_complaint"
    status = 403
    message = _("This complaint is about you, so somebody else has to deal with it.")


class UnfitOwner(errors.Refusal):
    """Refuse to give a complaint to whom it is about, or to somebody who may not work on it."""

    code = "unfit_owner"
    status = 422
    message = _("Choose somebody who may work on complaints and whom this one is not about.")


class WordsNeeded(errors.Refusal):
    """Refuse what nobody could understand later without words."""

    code = "words_needed"
    status = 422
    message = _("Write in a few words what it is, and why.")


def staff_behind(actor: Actor) -> int | None:
    """Tell which of the staff acts: a program acts with the hands of who owns its key. None: a part of the system."""
    kind, _colon, number = people.person_behind(actor.id).partition(":")
    return int(number) if kind == "person" and number.isdigit() else None


def locked_complaint(actor: Actor, number: str) -> Complaint:
    """Lock a complaint for a change. Raises: NotFound, OwnComplaint. Locks: the complaint."""
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("type", "cause")
    row = rows.filter(number=number.strip().upper()).first()
    if row is None:
        raise errors.NotFound(key=number)
    refuse_own(actor, row.about_staff_id)
    return row


def refuse_own(actor: Actor, about_staff_id: int | None) -> None:
    """Let nobody deal with a complaint about themselves, not by a program of theirs either. Raises: OwnComplaint."""
    if about_staff_id is not None and rules.is_own_matter(staff_behind(actor), about_staff_id):
        raise OwnComplaint


def change(actor: Actor, row: Complaint, verb: str, *, reason: str = "", **changes: object) -> None:
    """Carry out one transition of a locked complaint, by compare-and-set. Raises: NotPossible, Stale."""
    before, after = row.state, rules.next_state(row.state, verb)
    if Complaint.objects.filter(id=row.id, state=before).update(state=after, **changes) != 1:
        raise errors.Stale
    row.state = after
    for name, value in changes.items():
        setattr(row, name, value)
    announce(actor, [row], verb, before, reason)


def announce(actor: Actor, rows: Sequence[Complaint], verb: str, before: str | None, reason: str = "") -> None:
    """Say what became of complaints; without a state before, theirs stayed."""
    said = [
        ComplaintMoved(
            complaint_id=row.id,
            number=row.number,
            verb=verb,
            before=row.state if before is None else before,
            after=row.state,
            type=row.type.code,
            outcome=row.outcome,
            reason=reason.strip()[:LONGEST],
            simulated=row.simulated,
        )
        for row in rows
    ]
    events.record(actor, said)


def type_of(code: str) -> ComplaintType:
    """Find a type in use. Raises: NotFound."""
    found = ComplaintType.objects.filter(code=code, active=True).first()
    if found is None:
        raise errors.NotFound(key=code)
    return found


def cause_of(code: str) -> ComplaintCause:
    """Find a root cause in use. Raises: NotFound."""
    found = ComplaintCause.objects.filter(code=code, active=True).first()
    if found is None:
        raise errors.NotFound(key=code)
    return found


def check_people(*, team: str, owner_id: int | None, about_staff_id: int | None) -> None:
    """Check who is to answer for a complaint. Raises: NotFound, UnfitOwner."""
    if team and team not in {one.code for one in people.teams(with_former=True)}:
        raise errors.NotFound(key=team)
    if about_staff_id is not None and not people.staff_contact([about_staff_id]):
        raise errors.NotFound(key=about_staff_id)
    if owner_id is not None and (owner_id == about_staff_id or owner_id not in people.staff_with_permission(WORK)):
        raise UnfitOwner


def filled(words: str, longest: int = LONGEST) -> str:
    """Return words that have to be there. Raises: WordsNeeded."""
    if not words.strip():
        raise WordsNeeded
    return words.strip()[:longest]
