"""What is done about a complaint beside its solution: measures, and calls to the customer (DSK-8)."""

from __future__ import annotations

from datetime import date, datetime

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.complaint_rows import WORK, UnfitOwner, filled, locked_complaint, staff_behind
from steward.modules.desk.events import ComplaintWorked
from steward.modules.desk.models import Complaint, ComplaintCallBack, ComplaintMeasure
from steward.modules.desk.rules import complaints as rules
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.people import queries as people


@command(needs=WORK)
def set_measure(
    actor: Actor, *, number: str, words: str, staff_id: int | None, due_date: date | None, now: datetime
) -> int:
    """Set down what is done so that it does not happen again. Returns its id.

    Raises: NotFound, OwnComplaint, WordsNeeded. Emits: ComplaintWorked. Locks: the complaint.
    """
    row = locked_complaint(actor, number)
    if staff_id is not None and not people.staff_contact([staff_id]):
        raise errors.NotFound(key=staff_id)
    made = ComplaintMeasure.objects.create(
        complaint=row, words=filled(words), staff_id=staff_id, due_date=due_date, set_at=now, set_by=actor.id
    )
    _tell(actor, row, "measure_set", made.id, made.words)
    return made.id


@command(needs=WORK)
def finish_measure(actor: Actor, *, number: str, measure_id: int, now: datetime) -> None:
    """Note that a measure is done. Raises: NotFound, OwnComplaint, Stale. Emits: ComplaintWorked. Locks: it."""
    row = locked_complaint(actor, number)
    one = ComplaintMeasure.objects.filter(complaint=row, id=measure_id).first()
    if one is None:
        raise errors.NotFound(key=measure_id)
    if ComplaintMeasure.objects.filter(id=one.id, done_at=None).update(done_at=now, done_by=actor.id) != 1:
        raise errors.Stale
    _tell(actor, row, "measure_done", one.id, one.words)


@command(needs=WORK)
def plan_complaint_call(actor: Actor, *, number: str, staff_id: int, call_at: datetime, now: datetime) -> int:
    """Plan who calls the customer about their complaint, and when; they are told. Returns the call's id.

    Raises: NotFound, NotPossible, OwnComplaint, UnfitOwner. Emits: ComplaintWorked. Locks: the complaint.
    """
    row = locked_complaint(actor, number)
    if row.state not in rules.LIVE:
        raise errors.NotPossible(state=row.state, verb="plan_call")
    if staff_id == row.about_staff_id or staff_id not in people.staff_with_permission(WORK):
        raise UnfitOwner
    made = ComplaintCallBack.objects.create(complaint=row, staff_id=staff_id, call_at=call_at, set_by=actor.id)
    _tell(actor, row, "call_set", made.id, "")
    notice = Notice(
        staff_ids=[staff_id],
        kind="system",
        template="complaint_call",
        params={"subject": row.number, "at": call_at.isoformat()},
        subject_kind="complaint",
        subject_id=row.id,
        dedupe_key=f"complaint-call-{made.id}",
        simulated=row.simulated,
    )
    notify_staff(actor, notices=[notice] if staff_id != staff_behind(actor) else [], now=now)
    return made.id


@command(needs=WORK)
def note_complaint_call(
    actor: Actor, *, number: str, call_back_id: int, result: str, words: str, now: datetime
) -> None:
    """Note what came of a call: content, not_content, not_reached or not_needed, in words.

    Raises: NotFound, OwnComplaint, WordsNeeded, Stale. Emits: ComplaintWorked. Locks: the complaint.
    """
    row = locked_complaint(actor, number)
    if result not in rules.CALL_BACK_RESULTS[1:]:
        raise errors.NotFound(key=result)
    said = filled(words)
    found = ComplaintCallBack.objects.filter(complaint=row, id=call_back_id)
    if not found.exists():
        raise errors.NotFound(key=call_back_id)
    if found.filter(result="").update(result=result, words=said, done_at=now, done_by=actor.id) != 1:
        raise errors.Stale
    _tell(actor, row, "call_made", call_back_id, said, result)


def _tell(actor: Actor, row: Complaint, what: str, row_id: int, words: str, result: str = "") -> None:
    said = ComplaintWorked(
        complaint_id=row.id, what=what, row_id=row_id, words=words, result=result, simulated=row.simulated
    )
    events.record(actor, [said])
