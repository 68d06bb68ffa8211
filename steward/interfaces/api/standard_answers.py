"""Standard answers of the desk: list them, keep one, put one away, and do with a ticket what belongs to one."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Input, Plain
from steward.kernel import moment
from steward.modules.desk.commands import standard_answers as commands
from steward.modules.desk.commands.standard_answers import LONGEST_BODY, LONGEST_TITLE
from steward.modules.desk.queries import standard_answers as queries
from steward.modules.desk.queries import ticket
from steward.modules.desk.rules.standard_answers import CODE, THENS

router = Router(tags=["tickets"])
AnswerCode = Annotated[str, Path(min_length=1, max_length=40, pattern=f"^{CODE.pattern}$")]
TicketNumber = Annotated[str, Path(max_length=24, pattern=Plain, description="The ticket's number")]
Title = Annotated[str, Field(max_length=LONGEST_TITLE, pattern=Plain)]
Body = Annotated[str, Field(max_length=LONGEST_BODY)]
Tag = Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]


class MacroItem(Schema):
    """A standard answer: texts by language, what is done with it, its teams (none: all), how often it was used."""

    code: str
    titles: dict[str, str]
    bodies: dict[str, str]
    category: str
    sub_reason: str
    tags: list[str]
    then: str
    teams: list[str]
    uses: int
    is_active: bool
    changed_by: str
    changed_at: datetime


class MacroTexts(Input):
    """A text in each language; one at least."""

    zh_hans: Body = ""
    zh_hant: Body = ""
    en: Body = ""


class MacroInput(Input):
    """What a standard answer is from now on. Bodies may name variables such as {{ticket_number}}."""

    titles: MacroTexts
    bodies: MacroTexts
    category: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    sub_reason: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    tags: list[Tag] = Field([], max_length=20)
    then: str = Field("", json_schema_extra={"enum": list(THENS)}, max_length=20, pattern=Plain)
    teams: list[Code] = Field([], max_length=50)


class MacroUse(Schema):
    """What is to become of the ticket with the answer, and its words, filled in."""

    then: str
    text: str


@router.get(
    "/standard-answers", response=list[MacroItem], operation_id="list_standard_answers", summary="List standard answers"
)
def list_standard_answers(request: ApiRequest) -> list[queries.MacroView]:
    """List every standard answer, the most used first. Needs `tickets.view`."""
    request.auth.require("tickets.view")
    return queries.macros(with_former=True)


@router.put(
    "/standard-answers/{code}",
    response=MacroItem,
    operation_id="save_standard_answer",
    summary="Keep a standard answer",
)
@replayable
def save_standard_answer(request: ApiRequest, code: AnswerCode, payload: MacroInput) -> MacroItem:
    """Write a standard answer, or write it anew. Needs `settings.desk`."""
    draft = commands.MacroDraft(
        code=code,
        titles=_by_language(payload.titles),
        bodies=_by_language(payload.bodies),
        category=payload.category,
        sub_reason=payload.sub_reason,
        tags=tuple(payload.tags),
        then=payload.then,
        teams=tuple(payload.teams),
    )
    commands.save_macro(request.auth, draft=draft, now=moment.now())
    return MacroItem.from_orm(queries.get_macro(code))


def _by_language(texts: MacroTexts) -> dict[str, str]:
    return {"zh-hans": texts.zh_hans, "zh-hant": texts.zh_hant, "en": texts.en}


@router.post(
    "/standard-answers/{code}/retire",
    response=MacroItem,
    operation_id="retire_standard_answer",
    summary="Put a standard answer away",
)
@replayable
def retire_standard_answer(request: ApiRequest, code: AnswerCode) -> MacroItem:
    """Offer it no longer; writing it anew brings it back. Needs `settings.desk`."""
    commands.retire_macro(request.auth, code=code, now=moment.now())
    return MacroItem.from_orm(queries.get_macro(code))


@router.post(
    "/tickets/{number}/standard-answers/{code}",
    response=MacroUse,
    operation_id="use_standard_answer",
    summary="Use a standard answer",
)
@replayable
def use_standard_answer(request: ApiRequest, number: TicketNumber, code: AnswerCode) -> MacroUse:
    """Set on a ticket what belongs to a standard answer, count it, and get its words. Needs `tickets.work`."""
    id_ = ticket.ticket_id(number)
    then = commands.use_macro(request.auth, ticket_id=id_, code=code, now=moment.now())
    view = ticket.get_ticket(id_)
    text = queries.filled_for(queries.get_macro(code), view, queries.values_for(view, ""))
    return MacroUse(then=then, text=text)
