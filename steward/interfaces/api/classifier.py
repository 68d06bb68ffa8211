"""What tickets are about: the tree of categories, corrections, and the versions of the classifier."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Input, Text
from steward.kernel import moment
from steward.modules.desk.commands.classifying import correct_category
from steward.modules.desk.commands.training import ask_training, use_classifier_version
from steward.modules.desk.queries.classifier import category_names, classifier_versions, verdict_on
from steward.modules.desk.queries.ticket import ticket_id
from steward.modules.desk.rules.categories import TREE

router = Router(tags=["classifier"])
TicketNumber = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
VersionNumber = Annotated[int, Path(ge=1, le=2_000_000_000)]


class ReasonItem(Schema):
    """A reason within a category; `urgent`: its tickets are urgent by themselves."""

    code: str
    name: str
    urgent: bool


class CategoryItem(Schema):
    """A category of tickets and the role that answers for it."""

    code: str
    name: str
    role: str
    reasons: list[ReasonItem]


class CategoryTree(Schema):
    """The tree, named in the caller's language."""

    categories: list[CategoryItem]


class ClassifierVerdict(Schema):
    """What the classifier said of a ticket. `alone`: it was set without a person. Probabilities 0–1."""

    version: int
    category: str
    sub_reason: str
    probability: float
    reason_probability: float
    alone: bool
    others: list[tuple[str, float]]
    at: datetime


class TicketSorting(Schema):
    """The verdict on a ticket; null where nothing was said yet."""

    verdict: ClassifierVerdict | None


class ClassifierVersionItem(Schema):
    """A version and how it did on rows kept back; `before`: how the one it was compared with did."""

    number: int
    state: Literal["in_use", "kept", "refused"]
    made_at: datetime
    made_by: str
    took_s: float
    corrections: int
    figures: Any
    before: Any
    used_since: datetime | None
    used_by: str
    reason: str
    sha256: str


class ClassifierVersions(Schema):
    """Versions, newest first."""

    rows: list[ClassifierVersionItem]


class CategoryCorrectionInput(Input):
    """What a ticket is about. Without `urgency` it follows the reason."""

    category: Code
    sub_reason: Text = ""
    urgency: Literal["normal", "urgent"] | None = None


class ClassifierUse(Input):
    """Why this version is put in use."""

    reason: Text = ""


class TrainingAsked(Schema):
    """A worker learns anew as soon as it can."""

    asked: bool = True


@router.get("/tickets/categories", response=CategoryTree, operation_id="ticket_categories", summary="Read the tree")
def ticket_categories(request: ApiRequest) -> CategoryTree:
    """Read the categories and reasons of tickets. Needs `tickets.view`."""
    request.auth.require("tickets.view")
    names = category_names(request.auth.locale)
    return CategoryTree.model_validate(
        {
            "categories": [
                {
                    "code": one.code,
                    "name": names[one.code],
                    "role": one.role,
                    "reasons": [
                        {"code": each.code, "name": names[f"{one.code}.{each.code}"], "urgent": each.urgent}
                        for each in one.reasons
                    ],
                }
                for one in TREE
            ]
        }
    )


@router.get("/tickets/{number}/category", response=TicketSorting, operation_id="read_ticket_verdict", summary="Verdict")
def read_verdict(request: ApiRequest, number: TicketNumber) -> TicketSorting:
    """Read what the classifier said of a ticket. Needs `tickets.view`."""
    request.auth.require("tickets.view")
    return _sorting(number)


@router.post(
    "/tickets/{number}/category", response=TicketSorting, operation_id="correct_ticket_category", summary="Correct"
)
@replayable
def correct(request: ApiRequest, number: TicketNumber, payload: CategoryCorrectionInput) -> TicketSorting:
    """Say what a ticket is about; the classifier learns from it. Needs `tickets.work`."""
    request.auth.require("tickets.work")
    correct_category(
        request.auth,
        ticket_id=ticket_id(number),
        category=payload.category,
        sub_reason=payload.sub_reason,
        urgency=payload.urgency,
        now=moment.now(),
    )
    return _sorting(number)


@router.get(
    "/desk/classifier", response=ClassifierVersions, operation_id="list_classifier_versions", summary="List versions"
)
def list_versions(request: ApiRequest) -> ClassifierVersions:
    """List the versions of the classifier with their figures. Needs `settings.desk`."""
    request.auth.require("settings.desk")
    return _versions()


@router.post("/desk/classifier/train", response=TrainingAsked, operation_id="train_classifier", summary="Learn anew")
@replayable
def train(request: ApiRequest) -> TrainingAsked:
    """Let a worker learn anew. Needs `settings.desk`."""
    request.auth.require("settings.desk")
    ask_training(request.auth)
    return TrainingAsked()


@router.post(
    "/desk/classifier/{version}/use",
    response=ClassifierVersions,
    operation_id="use_classifier_version",
    summary="Put a version in use",
)
@replayable
def use_version(request: ApiRequest, version: VersionNumber, payload: ClassifierUse) -> ClassifierVersions:
    """Put a version in use, an older one too. Needs `settings.desk`."""
    request.auth.require("settings.desk")
    use_classifier_version(request.auth, number=version, reason=payload.reason, now=moment.now())
    return _versions()


def _versions() -> ClassifierVersions:
    return ClassifierVersions.model_validate({"rows": [msgspec.to_builtins(one) for one in classifier_versions()]})


def _sorting(number: str) -> TicketSorting:
    verdict = verdict_on(ticket_id(number))
    return TicketSorting.model_validate({"verdict": None if verdict is None else msgspec.to_builtins(verdict)})
