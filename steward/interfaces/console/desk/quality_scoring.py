"""One review: conversation beside the sheet, result, the answer to it, the decision, a second look, coaching."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import coaching, quality_appeals
from steward.modules.desk.commands import quality_reviews as commands
from steward.modules.desk.queries import quality as queries
from steward.modules.desk.queries import quality_words as words
from steward.modules.desk.queries.quality_candidates import risks_of
from steward.modules.desk.queries.quality_seen import may_read, review_for
from steward.modules.desk.queries.ticket import get_ticket, thread, ticket_id
from steward.modules.desk.rules import quality
from steward.modules.people import queries as people

SUPERVISE, VIEW = "tickets.supervise", "tickets.view"
LONGEST_TALK, LONGEST_WORDS, NOT_APPLICABLE = 200, 2_000, "na"


@require_GET
@needs(VIEW)
def quality_review(request: StaffRequest, review_id: int) -> HttpResponse:
    """Show one review to whoever may read it: who supervises, and once there is a result whose work it was."""
    view = review_for(request.actor, review_id)
    if not may_read(request.actor, view.row):
        raise commands.NotYourReview
    return render(request, "console/desk/quality_review.html", _facts(request, view))


def _facts(request: StaffRequest, view: queries.ReviewView) -> dict[str, Any]:
    row, me = view.row, request.actor.staff_id
    supervises = request.actor.may(SUPERVISE)
    is_agent = me == row.agent_id
    is_mine = row.state == "open" and me == row.reviewer_id
    result = row.state in quality.COUNTING and row.origin != "calibration"
    decides = row.state == "appealed" and supervises and me in quality_appeals.deciders(view.ticket_id, row.agent_id)
    able = set(people.staff_with_permission(SUPERVISE)) - {row.agent_id, row.reviewer_id}
    able -= {one.reviewer_id or 0 for one in view.calibrations}
    contacts = sorted(people.staff_contact(able).values(), key=lambda one: one.name)
    return {
        "view": view,
        "row": row,
        "ticket": get_ticket(view.ticket_id),
        "said": [
            (one, *view.remarks.get(one.id, ("", ""))) for one in thread(view.ticket_id, limit=LONGEST_TALK).messages
        ],
        "risks": [words.WHY[risk] for risk in sorted(risks_of([view.ticket_id]).get(view.ticket_id, ()))],
        "scale": list(range(view.most, -1, -1)),
        "tones": words.TONES,
        "origin": words.ORIGINS[row.origin],
        "is_mine": is_mine,
        "is_agent": is_agent,
        "may_take": row.state == "open" and supervises and not is_agent and not is_mine,
        "may_drop": row.state == "open" and supervises and not is_agent,
        "may_answer": is_agent and row.state == "submitted",
        "decides": decides,
        "may_coach": result and supervises and not is_agent and view.shows_points,
        "seconds": contacts if result and supervises and not is_agent else [],
        "shows_points": view.shows_points,
        "edits": is_mine or decides,
        "today": moment.now().date(),
    }


@require_POST
@needs(SUPERVISE)
def review_begin(request: StaffRequest) -> HttpResponse:
    """Begin a review of a ticket by hand, of whoever has it unless somebody else is named."""
    id_ = ticket_id(typed(request, "ticket", 30))
    agent_id = row_number(request.POST.get("agent", "")) or get_ticket(id_).owner_id or 0
    sheet = typed(request, "sheet", 30) or next((one.code for one in queries.sheets()), "")
    made = commands.begin_review(request.actor, ticket_id=id_, agent_id=agent_id, sheet=sheet, now=moment.now())
    return say(request, _("Read, score, submit."), tone="info", to=_page(made))


def _page(review_id: int) -> str:
    return reverse("quality_review", args=[review_id])


@require_POST
@needs(SUPERVISE)
def review_score(request: StaffRequest, review_id: int) -> HttpResponse:
    """Keep the scores, or submit them."""
    scores = _scores(request.POST)
    if request.POST.get("act") != "submit":
        commands.keep_scores(request.actor, review_id=review_id, scores=scores)
        return say(request, _("Kept. Nobody sees it before you submit."), tone="info", to=_page(review_id))
    result = commands.submit_review(request.actor, review_id=review_id, scores=scores, now=moment.now())
    return say(request, _("Submitted: %(percent)s points.") % {"percent": result.percent}, to=_page(review_id))


def _scores(form: QueryDict) -> commands.Scores:
    """Read the sheet: points and remarks by criterion, tones and words by message."""
    points: dict[str, int | None] = {}
    for name, value in form.items():
        if name.startswith("points-") and value:
            code = name.removeprefix("points-")
            points[code] = None if value == NOT_APPLICABLE else row_number(str(value)[:4])
    remarks = {
        name.removeprefix("remark-"): str(text)[:400] for name, text in form.items() if name.startswith("remark-")
    }
    messages: dict[int, tuple[str, str]] = {}
    for name, tone in form.items():
        id_ = row_number(name.removeprefix("tone-")) if name.startswith("tone-") and tone else None
        if id_ is not None:
            messages[id_] = (str(tone)[:8], form.get(f"words-{id_}", "")[:400])
    return commands.Scores(
        points=points, remarks=remarks, messages=messages, summary=form.get("summary", "")[:LONGEST_WORDS]
    )


@require_POST
@needs(SUPERVISE)
def review_take(request: StaffRequest, review_id: int) -> HttpResponse:
    """Take an open review on."""
    commands.take_review(request.actor, review_id=review_id, now=moment.now())
    return say(request, _("It is yours."), to=_page(review_id))


@require_POST
@needs(SUPERVISE)
def review_drop(request: StaffRequest, review_id: int) -> HttpResponse:
    """Leave a review out."""
    commands.drop_review(request.actor, review_id=review_id, reason=typed(request, "reason"), now=moment.now())
    return say(request, _("Left out."), to=reverse("quality_reviews"))


@require_POST
@needs(VIEW)
def review_answer(request: StaffRequest, review_id: int) -> HttpResponse:
    """Agree to the result of one's own work, or appeal against it."""
    if request.POST.get("act") == "appeal":
        text = typed(request, "words", LONGEST_WORDS)
        quality_appeals.appeal_against_review(request.actor, review_id=review_id, words=text, now=moment.now())
        return say(request, _("Your appeal is there. Somebody who has not judged it yet decides."), to=_page(review_id))
    quality_appeals.agree_to_review(request.actor, review_id=review_id, now=moment.now())
    return say(request, _("Agreed."), to=_page(review_id))


@require_POST
@needs(SUPERVISE)
def review_decide(request: StaffRequest, review_id: int) -> HttpResponse:
    """Uphold a result, or correct it."""
    percent = quality_appeals.decide_appeal(
        request.actor,
        review_id=review_id,
        words=typed(request, "decision", LONGEST_WORDS),
        scores=_scores(request.POST) if request.POST.get("act") == "correct" else None,
        now=moment.now(),
    )
    return say(request, _("Decided: %(percent)s points count.") % {"percent": percent}, to=_page(review_id))


@require_POST
@needs(SUPERVISE)
def review_second(request: StaffRequest, review_id: int) -> HttpResponse:
    """Ask somebody for a second look."""
    reviewer_id = row_number(request.POST.get("reviewer", "")) or 0
    commands.calibrate(request.actor, review_id=review_id, reviewer_id=reviewer_id, now=moment.now())
    return say(request, _("Asked. It is in their queue, without your points."), to=_page(review_id))


@require_POST
@needs(SUPERVISE)
def review_coach(request: StaffRequest, review_id: int) -> HttpResponse:
    """Give whose work it was something to do."""
    try:
        due_date = parse_date(typed(request, "due", 10))
    except ValueError:
        due_date = None
    coaching.give_coaching(
        request.actor,
        review_id=review_id,
        note=typed(request, "note", LONGEST_WORDS),
        task=typed(request, "task"),
        due_date=due_date,
        now=moment.now(),
    )
    return say(request, _("Given. They hear of it at once."), to=_page(review_id))
