"""What runs the house: imports, the event log, business numbers, payment providers."""

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Field, Path, Query, Router

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable, replayable_sealed
from steward.interfaces.api.schemas import (
    BIGGEST_ID,
    Code,
    EventPage,
    Filters,
    ImportRun,
    Input,
    Limit,
    Parameter,
    ParameterList,
    ParameterSet,
    Plain,
    ProviderMade,
    Text,
)
from steward.kernel import errors, event_feed, parameters
from steward.modules.orders import queries as orders
from steward.modules.payments import commands as payments

router = Router(tags=["operations"])


class ScopedToken(errors.Refusal):
    """Refuse what spans all shops to a token that is limited to some."""

    code = "scoped_token"
    status = 403
    message = _("This spans all shops, but your token is limited to some. Use a token without that limit.")


class EventQuery(Filters):
    """From where on, and which kinds."""

    after: Annotated[str, Field(max_length=40, pattern=r"^([0-9]{1,18}-[0-9]{1,18})?$")] = ""
    kind: Annotated[str, Field(max_length=80, pattern=Plain)] = Field(
        "", description="One kind, e.g. orders.order_received"
    )
    limit: Limit = 100


class ParameterInput(Input):
    """A new value of a business number, and why."""

    name: Code
    value: bool | int | float | str | dict[str, int]
    reason: Text = ""


class ProviderInput(Input):
    """A payment provider. Without `secret` one is made."""

    code: Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")]
    name: Code
    shops: list[Code] = Field(min_length=1, max_length=100, description="Codes of the shops it serves")
    secret: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9+/=_]*$")] = ""


@router.get("/imports/{id}", response=ImportRun, operation_id="get_import", summary="Read an import")
def get_import(request: ApiRequest, id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Any:
    """Read what became of a file. Needs `orders.import`."""
    request.auth.require("orders.import")
    run = orders.import_run(id)
    if not request.auth.covers(run.shop_code):
        raise errors.NotFound(key=id)
    return run


@router.get("/events", response=EventPage, operation_id="list_events", summary="Follow the event log")
def list_events(request: ApiRequest, narrow: Query[EventQuery]) -> Any:
    """List what happened, oldest first; nothing is missed, however late it commits. Needs `settings.audit`.

    The log spans all shops, so a token limited to shops may not read it.
    """
    refuse_unknown_filters(request, narrow)
    request.auth.require("settings.audit")
    if request.auth.scopes:
        raise ScopedToken
    rows = event_feed.page_after(narrow.after, kinds=[narrow.kind] if narrow.kind else [], limit=narrow.limit)
    return {"rows": rows, "next_after": rows[-1].place if rows else narrow.after}


@router.get("/parameters", response=ParameterList, operation_id="list_parameters", summary="List business numbers")
def list_parameters(request: ApiRequest) -> Any:
    """List every business number with its bounds. Needs `settings.parameters`."""
    request.auth.require("settings.parameters")
    return {"rows": [_parameter(definition) for definition in parameters.definitions()]}


@router.post("/parameters", response=ParameterSet, operation_id="set_parameter", summary="Set a business number")
@replayable
def set_parameter(request: ApiRequest, payload: ParameterInput) -> ParameterSet:
    """Put a new version of a business number in force. Needs `settings.parameters`."""
    request.auth.require("settings.parameters")
    new: Any = payload.value
    version = parameters.set_parameter(request.auth, name=payload.name, new=new, reason=payload.reason)
    return ParameterSet(name=payload.name, version=version)


@router.post("/payments/providers", response=ProviderMade, operation_id="register_provider", summary="Add a provider")
@replayable_sealed
def register_provider(request: ApiRequest, payload: ProviderInput) -> ProviderMade:
    """Register a payment provider that will call back, or replace its secret. Needs `settings.tokens`."""
    secret = payments.register_provider(
        request.auth, code=payload.code, name=payload.name, shops=payload.shops, secret=payload.secret
    )
    return ProviderMade(code=payload.code, name=payload.name, secret=secret)


def _parameter(definition: parameters.Definition) -> Parameter:
    return Parameter(
        name=definition.name,
        label=str(definition.label),
        unit=definition.unit,
        kind=definition.kind,
        value=parameters.value(definition),
        default=definition.default,
        minimum=definition.minimum,
        maximum=definition.maximum,
    )
