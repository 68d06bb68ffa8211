"""Move complaints: investigate, propose, agree, close, open again; wait for the customer; say what is true (DSK-8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import UNSET, Struct, UnsetType, structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands import complaint_clocks as clocks
from steward.modules.desk.commands.complaint_rows import (
    LONGEST,
    WORK,
    UnfitOwner,
    announce,
    cause_of,
    change,
    check_people,
    filled,
    locked_complaint,
    staff_behind,
    type_of,
)
from steward.modules.desk.commands.complaints import ComplaintAlready
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.events import ComplaintRestated
from steward.modules.desk.models import Compensation, Complaint, ComplaintCallBack
from steward.modules.desk.queries.merged import merged_with
from steward.modules.desk.rules import complaints as rules

CALLED_OFF = ("withdrawn",)


class NotWhole(errors.Refusal):
    """Refuse to close a complaint nobody could learn from: without cause, without who answers for it."""

    code = "complaint_not_whole"
    status = 409
    message = _("Before a complaint is closed it needs its cause, the responsible department and how it ended.")


class UnfitOutcome(errors.Refusal):
    """Refuse an outcome that the present state does not have."""

    code = "unfit_outcome"
    status = 409
    message = _("Satisfied or settled is only what the customer agreed to. Note their answer first.")


class WishWaits(errors.Refusal):
    """Refuse to close a complaint while a compensation is still to be decided or handed over."""

    code = "wish_waits"
    status = 409
    message = _("A compensation is not decided or not handed over yet. Settle it first.")


class CallWaits(errors.Refusal):
    """Refuse to close a complaint while the customer is still to be called about it."""

    code = "call_waits"
    status = 409
    message = _("A call to the customer is still planned. Note what came of it, or that it is not needed any more.")


class ComplaintFacts(Struct, frozen=True, kw_only=True):
    """What to set of a complaint; what is not named stays."""

    type: str | UnsetType = UNSET
    seriousness: str | UnsetType = UNSET
    wants: str | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    team: str | UnsetType = UNSET
    owner_id: int | UnsetType | None = UNSET
    about_staff_id: int | UnsetType | None = UNSET
    cause: str | UnsetType = UNSET
    cause_words: str | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Return what is named."""
        return {name: value for name, value in structs.asdict(self).items() if value is not UNSET}


@command(needs=WORK)
def restate_complaint(actor: Actor, *, number: str, facts: ComplaintFacts, now: datetime) -> bool:
    """Set facts of a complaint that is not closed; time limits count by them. Returns whether anything changed.

    What is given as it was stays, even where nobody could choose it any more.
    Raises: NotFound, NotPossible, OwnComplaint, UnfitOwner, BadInput. Emits: ComplaintRestated. Locks: it, its clocks.
    """
    row = locked_complaint(actor, number)
    if row.state not in rules.LIVE:
        raise errors.NotPossible(state=row.state, verb="restate")
    known = {"type": row.type.code, "cause": row.cause.code if row.cause else ""}
    given = {name: value for name, value in facts.given().items() if value != known.get(name, getattr(row, name, None))}
    if given.get("seriousness", "normal") not in rules.SERIOUSNESS:
        raise errors.BadInput([{"field": "seriousness", "code": "unfit", "message": ""}])
    check_people(
        team=given.get("team", ""),
        owner_id=given.get("owner_id"),
        about_staff_id=given.get("about_staff_id"),
    )
    owner_id = given.get("owner_id", row.owner_id)
    if owner_id is not None and owner_id == given.get("about_staff_id", row.about_staff_id):
        raise UnfitOwner
    changes = {name: _stored(name, value) for name, value in given.items()}
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        return False
    Complaint.objects.filter(id=row.id).update(**changed)
    for name, value in changed.items():
        setattr(row, name, value)
    clocks.say_again(actor, row, now)
    clocks.keep_due([row.id])
    after = {name: "" if given[name] is None else str(given[name])[:LONGEST] for name in changed}
    events.record(actor, [ComplaintRestated(complaint_id=row.id, after=after, simulated=row.simulated)])
    return True


def _stored(name: str, value: Any) -> Any:
    if name == "type":
        return type_of(value)
    if name == "cause":
        return cause_of(value) if value else None
    return value.strip()[:1000] if isinstance(value, str) else value


@command(needs=WORK)
def move_complaint(actor: Actor, *, number: str, verb: str, now: datetime, words: str = "") -> None:
    """Investigate, propose (in words; it waits for the customer then), note that they agree or decline, open again.

    Raises: NotFound, NotPossible, OwnComplaint, WordsNeeded, ComplaintAlready (to open again). Emits: ComplaintMoved.
    Locks: its ticket to open again, it, its clocks.
    """
    row = _locked_to_reopen(actor, number) if verb == "reopen" else locked_complaint(actor, number)
    match verb:
        case "investigate":
            change(actor, row, verb, reason=words)
        case "propose":
            proposal = filled(words, 1000)
            change(actor, row, verb, reason=proposal, proposal=proposal, waits_since=row.waits_since or now)
            clocks.wait(actor, [row], now)
        case "agree":
            change(actor, row, verb, reason=words, agreed_at=now, waits_since=None)
            clocks.go_on(actor, [row], now)
            clocks.solved(actor, row, now)
        case "decline":
            change(actor, row, verb, reason=filled(words), waits_since=None)
            clocks.go_on(actor, [row], now)
        case "reopen":
            reason = filled(words)
            ended = {"outcome": "", "outcome_words": "", "closed_at": None, "closed_by_id": None, "agreed_at": None}
            change(actor, row, verb, reason=reason, reopened=row.reopened + 1, **ended)
            clocks.open_again(actor, row, now, reason)
        case _:
            raise errors.NotPossible(state=row.state, verb=verb)
    clocks.keep_due([row.id])


def _locked_to_reopen(actor: Actor, number: str) -> Complaint:
    """Lock a complaint behind its ticket, of which one complaint at most is under way.

    Raises: NotFound, OwnComplaint, ComplaintAlready. Locks: the ticket, the complaint.
    """
    ticket_id = Complaint.objects.filter(number=number.strip().upper()).values_list("ticket_id", flat=True).first()
    lock_tickets([ticket_id] if ticket_id else [])
    row = locked_complaint(actor, number)
    live = Complaint.objects.filter(ticket=ticket_id, state__in=rules.LIVE).exclude(id=row.id) if ticket_id else None
    if live is not None and (other := live.first()) is not None:
        raise ComplaintAlready(number=other.number)
    return row


@command(needs=WORK)
def close_complaint(actor: Actor, *, number: str, outcome: str, words: str, now: datetime) -> None:
    """Close a complaint: what it came from, who answers for it and how it ended have to be known.

    Satisfied and settled take the customer's agreement; the other outcomes a reason.
    Raises: NotFound, NotPossible, OwnComplaint, NotWhole, UnfitOutcome, WordsNeeded, WishWaits, CallWaits.
    Emits: ComplaintMoved. Locks: it, its clocks.
    """
    row = locked_complaint(actor, number)
    rules.next_state(row.state, "close")
    if rules.missing_to_close({"cause": row.cause_id, "team": row.team, "outcome": outcome}):
        raise NotWhole
    if outcome not in rules.outcomes_of(row.state):
        raise UnfitOutcome
    reason = filled(words) if outcome in rules.NEEDS_WORDS else words.strip()[:LONGEST]
    if Compensation.objects.filter(complaint=row, state__in=("asked", "granted")).exists():
        raise WishWaits
    if ComplaintCallBack.objects.filter(complaint=row, result="").exists():
        raise CallWaits
    ended = {"outcome": outcome, "outcome_words": reason, "closed_at": now, "closed_by_id": staff_behind(actor)}
    change(actor, row, "close", reason=reason, waits_since=None, **ended)
    if outcome in CALLED_OFF:
        clocks.call_off(actor, row, now, "withdrawn")
    else:
        clocks.go_on(actor, [row], now)
        clocks.solved(actor, row, now)
    clocks.keep_due([row.id])


@command(needs=WORK)
def wait_for_complainer(actor: Actor, *, number: str, waits: bool, now: datetime, words: str = "") -> None:
    """Let a complaint wait for the customer, and say for what, or go on; its clock follows.

    Raises: NotFound, NotPossible, OwnComplaint, WordsNeeded. Emits: ComplaintMoved. Locks: it, its clocks.
    """
    row = locked_complaint(actor, number)
    verb = "wait" if waits else "go_on"
    if row.state not in rules.UNDER_WAY or waits == (row.waits_since is not None):
        raise errors.NotPossible(state=row.state, verb=verb)
    reason = filled(words) if waits else words
    row.waits_since = now if waits else None
    Complaint.objects.filter(id=row.id).update(waits_since=row.waits_since)
    (clocks.wait if waits else clocks.go_on)(actor, [row], now)
    announce(actor, [row], verb, None, reason)
    clocks.keep_due([row.id])


@command(needs="desk.take_in")
def resume_complaints(actor: Actor, *, ticket_ids: Collection[int], now: datetime) -> int:
    """Let complaints go on that wait for the customer who wrote, also in what their ticket was merged into.

    Returns how many. Emits: ComplaintMoved. Locks: the complaints by id, their clocks.
    """
    about = merged_with(ticket_ids)
    waiting = Complaint.objects.filter(ticket_id__in=about, state__in=rules.UNDER_WAY, waits_since__isnull=False)
    rows = list(waiting.select_for_update(of=("self",)).select_related("type").order_by("id"))
    if not rows:
        return 0
    Complaint.objects.filter(id__in=[row.id for row in rows]).update(waits_since=None)
    clocks.go_on(actor, rows, now)
    announce(actor, rows, "go_on", None)
    clocks.keep_due([row.id for row in rows])
    return len(rows)
