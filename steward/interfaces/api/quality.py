"""Quality review: score sheets, plans of samples, reviews with their answers, and results."""

from datetime import timedelta
from typing import Annotated

from ninja import Path, Query, Router

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.quality_shapes import (
    AnswerToReview,
    AppealDecision,
    DrawInput,
    Drawn,
    Hints,
    Labels,
    PlanInput,
    PlanItem,
    QualityReport,
    QualityReportQuery,
    ReviewFull,
    ReviewItem,
    ReviewQuery,
    ScoresInput,
    SheetInput,
    SheetItem,
)
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID
from steward.kernel import errors, moment
from steward.modules.desk.commands import quality_appeals, quality_reviews, quality_sampling, quality_sheets
from steward.modules.desk.queries import quality, quality_report
from steward.modules.desk.queries.quality_candidates import monday_of
from steward.modules.desk.queries.quality_seen import may_read, review_for

router = Router(tags=["quality"])
SUPERVISE, VIEW = "tickets.supervise", "tickets.view"
QualityCode = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,29}$")]
ReviewId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("/quality/sheets", response=list[SheetItem], operation_id="list_score_sheets", summary="List score sheets")
def list_score_sheets(request: ApiRequest) -> list[quality.SheetView]:
    """List the score sheets in force. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    return quality.sheets()


@router.put(
    "/quality/sheets/{code}", response=SheetItem, operation_id="save_score_sheet", summary="Write a score sheet"
)
@replayable
def save_score_sheet(request: ApiRequest, code: QualityCode, payload: SheetInput) -> SheetItem:
    """Put a new version of a sheet in force. Needs `settings.desk`."""
    over_all_shops(request, quality_sheets.SET_UP)
    draft = quality_sheets.SheetDraft(
        code=code,
        labels=_by_language(payload.labels),
        criteria=[
            {
                "code": one.code,
                "labels": _by_language(one.labels),
                "hints": _by_language(one.hints),
                "weight": one.weight,
                "critical": one.critical,
            }
            for one in payload.criteria
        ],
        most=payload.most,
        pass_percent=payload.pass_percent,
    )
    quality_sheets.save_sheet(request.auth, draft=draft, reason=payload.reason, now=moment.now())
    return SheetItem.from_orm(quality.sheet_history(code)[0])


def _by_language(texts: Labels | Hints) -> dict[str, str]:
    return {"zh-hans": texts.zh_hans, "zh-hant": texts.zh_hant, "en": texts.en}


@router.get("/quality/plans", response=list[PlanItem], operation_id="list_quality_plans", summary="List sampling plans")
def list_quality_plans(request: ApiRequest) -> list[quality.PlanView]:
    """List plans of samples. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    return quality.plans(week=monday_of(moment.now()))


@router.put(
    "/quality/plans/{code}", response=PlanItem, operation_id="save_quality_plan", summary="Write a sampling plan"
)
@replayable
def save_quality_plan(request: ApiRequest, code: QualityCode, payload: PlanInput) -> PlanItem:
    """Write a plan of samples, or write it anew. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    facts = payload.model_dump(exclude={"weights"})
    draft = quality_sheets.PlanDraft(code=code, weights=payload.weights.model_dump(), **facts)
    quality_sheets.save_plan(request.auth, draft=draft, now=moment.now())
    return PlanItem.from_orm(_plan(code))


def _plan(code: str) -> quality.PlanView:
    found = next((one for one in quality.plans(week=monday_of(moment.now())) if one.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return found


@router.post(
    "/quality/plans/{code}/draw", response=Drawn, operation_id="draw_quality_sample", summary="Draw a sample now"
)
@replayable
def draw_quality_sample(request: ApiRequest, code: QualityCode, payload: DrawInput) -> Drawn:
    """Draw what is still missing of a week's sample. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    now = moment.now()
    week = payload.week or monday_of(now)
    return Drawn(count=quality_sampling.draw_sample(request.auth, plan_id=_plan(code).id, week=week, now=now))


@router.get("/quality/reviews", response=list[ReviewItem], operation_id="list_reviews", summary="List reviews")
def list_reviews(request: ApiRequest, query: Query[ReviewQuery]) -> list[quality.ReviewRow]:
    """List a queue of reviews; `after` is the last id of the page before. Needs `tickets.supervise`."""
    refuse_unknown_filters(request, query)
    over_all_shops(request, SUPERVISE)
    return quality.reviews(query.queue, staff_id=request.auth.staff_id, after=query.after, limit=query.limit)


@router.get("/quality/reviews/{id}", response=ReviewFull, operation_id="get_review", summary="Read a review")
def get_review(request: ApiRequest, id: ReviewId) -> ReviewFull:
    """Read one review. Needs `tickets.supervise`; whose work it was reads the result with `tickets.view`."""
    over_all_shops(request, VIEW)
    return _full(request, id)


def _full(request: ApiRequest, review_id: int) -> ReviewFull:
    view = review_for(request.auth, review_id)
    if not may_read(request.auth, view.row):
        raise quality_reviews.NotYourReview
    names = [name for name in ReviewFull.model_fields if name not in ReviewItem.model_fields]
    found = {name: getattr(view.row, name) for name in ReviewItem.model_fields}
    return ReviewFull.model_validate(found | {name: getattr(view, name) for name in names})


@router.post("/quality/reviews/{id}/submit", response=ReviewFull, operation_id="submit_review", summary="Give a result")
@replayable
def submit_review(request: ApiRequest, id: ReviewId, payload: ScoresInput) -> ReviewFull:
    """Submit the points of a review one has. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    quality_reviews.submit_review(request.auth, review_id=id, scores=_scores(payload), now=moment.now())
    return _full(request, id)


def _scores(payload: ScoresInput) -> quality_reviews.Scores:
    return quality_reviews.Scores(
        points={one.criterion: one.points for one in payload.points},
        remarks={one.criterion: one.remark for one in payload.points},
        summary=payload.summary,
    )


@router.post(
    "/quality/reviews/{id}/answer", response=ReviewFull, operation_id="answer_review", summary="Agree or appeal"
)
@replayable
def answer_review(request: ApiRequest, id: ReviewId, payload: AnswerToReview) -> ReviewFull:
    """Agree to the result of one's own work, or appeal once. Needs `tickets.view`."""
    over_all_shops(request, VIEW)
    if payload.act == "appeal":
        quality_appeals.appeal_against_review(request.auth, review_id=id, words=payload.words, now=moment.now())
    else:
        quality_appeals.agree_to_review(request.auth, review_id=id, now=moment.now())
    return _full(request, id)


@router.post(
    "/quality/reviews/{id}/decide", response=ReviewFull, operation_id="decide_appeal", summary="Decide about an appeal"
)
@replayable
def decide_appeal(request: ApiRequest, id: ReviewId, payload: AppealDecision) -> ReviewFull:
    """Uphold or correct a result as a third person. Needs `tickets.supervise`."""
    over_all_shops(request, SUPERVISE)
    scores = _scores(payload.scores) if payload.scores else None
    quality_appeals.decide_appeal(request.auth, review_id=id, words=payload.words, scores=scores, now=moment.now())
    return _full(request, id)


@router.get(
    "/quality/report", response=QualityReport, operation_id="quality_report", summary="Add up results of quality"
)
def report(request: ApiRequest, query: Query[QualityReportQuery]) -> quality_report.Report:
    """Add results up by person, team or criterion and by week. Needs `tickets.supervise`."""
    refuse_unknown_filters(request, query)
    over_all_shops(request, SUPERVISE)
    now = moment.now()
    return quality_report.quality_report(query.axis, start=now - timedelta(days=query.days), end=now)
