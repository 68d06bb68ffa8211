"""Who may open a review, and what of it they see: who has still to judge the same work sees no result (DSK-11)."""

from __future__ import annotations

from msgspec import structs

from steward.kernel.actor import Actor
from steward.modules.desk.queries.quality import ReviewRow, ReviewView, blinded, get_review
from steward.modules.desk.rules import quality

SUPERVISE = "tickets.supervise"


def may_read(actor: Actor, row: ReviewRow) -> bool:
    """Tell whether somebody may open a review: who supervises, but never one's own before there is a result."""
    if actor.staff_id is not None and actor.staff_id == row.agent_id:
        return row.state in quality.COUNTING and row.origin != "calibration"
    return actor.may(SUPERVISE)


def review_for(actor: Actor, review_id: int) -> ReviewView:
    """Read one review as somebody may see it: points only once they are submitted, and never before a second look.

    Who scores sees what they have so far. Raises: NotFound.
    """
    view = get_review(review_id, reader_id=actor.staff_id)
    row, me = view.row, actor.staff_id
    scores = row.state == "open" and me is not None and me == row.reviewer_id
    return view if scores or (row.state in quality.COUNTING and not row.blind) else _without_points(view)


def _without_points(view: ReviewView) -> ReviewView:
    blank = {"scored": False, "points": None, "remark": "", "corrected": False, "corrected_points": None}
    return structs.replace(
        view,
        row=structs.replace(blinded(view.row), blind=view.row.blind),
        points=[structs.replace(one, corrected_remark="", **blank) for one in view.points],
        remarks={},
        calibrations=[structs.replace(one, percent=None, agreement=None) for one in view.calibrations],
        shows_points=False,
        summary="",
        first_percent=None,
        first_failed=False,
        appeal="",
        decision="",
        coachings=[],
    )
