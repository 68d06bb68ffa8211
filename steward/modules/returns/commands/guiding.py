"""Offer what may help instead of a return: a tutorial, a part, help from afar; and note whether it did (RET-2)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import queries as people
from steward.modules.returns.commands.moving import announce_closed, announce_decision, let_go, locked_case, move_case
from steward.modules.returns.models import Guidance

KINDS = ("tutorial", "part", "remote")
OUTCOMES = ("helped", "did_not")


class UnfitGuidance(errors.Refusal):
    """Refuse help that is none."""

    code = "unfit_guidance"
    status = 422
    message = _("Choose a tutorial, a part or help from afar, and say in words what the customer should do.")


class GuidanceDraft(Struct, frozen=True, kw_only=True):
    """What is offered: tutorial, part or remote, in words, with a link where there is one."""

    kind: str
    words: str
    link: str = ""


@command(needs="returns.request")
def offer_guidance(actor: Actor, *, case_id: int, draft: GuidanceDraft, now: datetime) -> int:
    """Offer help before a case is decided. Returns its id. Raises: NotFound, NotPossible, UnfitGuidance."""
    row = locked_case(actor, case_id)
    if row.state != "requested":
        raise errors.NotPossible(state=row.state, verb="offer")
    words = draft.words.strip()
    fits_link = draft.link == "" or draft.link.startswith(("https://", "/"))
    if draft.kind not in KINDS or not 0 < len(words) <= 400 or not fits_link or len(draft.link) > 400:
        raise UnfitGuidance
    return Guidance.objects.create(
        case=row, kind=draft.kind, words=words, link=draft.link, offered_at=now, offered_by=actor.id
    ).id


@command(needs="returns.request")
def answer_guidance(actor: Actor, *, case_id: int, guidance_id: int, outcome: str, now: datetime) -> None:
    """Note whether help helped; where it did the case is solved, and its pieces are free. Answered twice: once counts.

    Raises: NotFound, NotPossible, UnfitGuidance. Emits: CaseDecided, CaseClosed. Locks: the case.
    """
    row = locked_case(actor, case_id)
    if outcome not in OUTCOMES:
        raise UnfitGuidance
    open_ = Guidance.objects.filter(id=guidance_id, case=row, outcome="")
    if not open_.update(outcome=outcome, answered_at=now):
        if not Guidance.objects.filter(id=guidance_id, case=row).exists():
            raise errors.NotFound(key=guidance_id)
        return
    if outcome == "helped":
        move_case(row, "solve", now)
        let_go(row)
        announce_decision(actor, [row], "solve", decider=people.person_behind(actor.id))
        announce_closed(actor, row, now)
