"""Have words of a ticket translated, where the operator switched a translator on."""

from typing import Annotated, Literal

from ninja import Path, Router, Schema
from pydantic import Field

from steward.interfaces.api.access import ApiRequest, over_all_shops
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Input
from steward.interfaces.api.ticket_shapes import RowId, Words
from steward.kernel import errors, moment
from steward.modules.desk.commands.translating import translate_draft, translate_message
from steward.modules.desk.queries.ticket import ticket_id
from steward.modules.desk.queries.translations import translation_of

router = Router(tags=["tickets"])
TicketNumber = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
TranslationId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class TranslationInput(Input):
    """What to translate: a message of the ticket, or a text that somebody is writing, and into which language."""

    language: Literal["zh-hans", "zh-hant", "en"]
    message_id: RowId | None = None
    text: Words = Field("", max_length=6_000)


class TranslationItem(Schema):
    """A text in another language. `state`: asked (a worker is at it), done, failed (`error` says why)."""

    id: int
    message_id: int | None
    language: str
    state: Literal["asked", "done", "failed"]
    text: str
    error: str


@router.post(
    "/tickets/{number}/translations",
    response=TranslationItem,
    operation_id="translate",
    summary="Have words translated",
)
@replayable
def translate(request: ApiRequest, number: TicketNumber, payload: TranslationInput) -> TranslationItem:
    """Ask for a translation; phones, addresses and numbers stay in the house. Needs `tickets.work`."""
    actor, id_, now = over_all_shops(request, "tickets.work"), ticket_id(number), moment.now()
    if payload.message_id is not None:
        made = translate_message(
            actor, ticket_id=id_, message_id=payload.message_id, language=payload.language, now=now
        )
    else:
        made = translate_draft(actor, ticket_id=id_, text=payload.text, language=payload.language, now=now)
    return _found(id_, made)


@router.get(
    "/tickets/{number}/translations/{id}",
    response=TranslationItem,
    operation_id="get_translation",
    summary="Read a translation",
)
def get_translation(request: ApiRequest, number: TicketNumber, id: TranslationId) -> TranslationItem:
    """Read what became of a translation. Needs `tickets.view`."""
    over_all_shops(request, "tickets.view")
    return _found(ticket_id(number), id)


def _found(id_: int, translation_id: int) -> TranslationItem:
    found = translation_of(id_, translation_id)
    if found is None:
        raise errors.NotFound(key=translation_id)
    return TranslationItem.model_validate(found, from_attributes=True)
