"""Key customers and their agents: list, assign, hand over."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, Input, Plain
from steward.kernel import errors, moment
from steward.modules.customers.queries.contact import contacts
from steward.modules.desk.commands.key_agents import hand_over_key_customers
from steward.modules.desk.commands.routing_rules import set_key_agent
from steward.modules.desk.queries import key_agents as queries

router = Router(tags=["desk"])
NEEDS = "tickets.manage"
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
CustomerId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Note = Annotated[str, Field(max_length=200, pattern=Plain)]


class KeyCustomerQuery(Filters):
    """Of which agent."""

    agent_id: Id | None = None


class KeyCustomerItem(Schema):
    """A key customer with their agent; `active` tickets are theirs now."""

    customer_id: int
    staff_id: int
    agent: str
    note: str
    set_at: datetime
    set_by: str
    active: int


class KeyAgentInput(Input):
    """Who looks after them; null is nobody in particular."""

    staff_id: Id | None
    note: Note = ""


class KeyAgentAssigned(Schema):
    """Who looks after a customer now."""

    customer_id: int
    staff_id: int | None


class KeyHandOver(Input):
    """From whom to whom, with a note; without customers all of them."""

    from_staff_id: Id
    to_staff_id: Id
    note: Annotated[str, Field(min_length=1, max_length=200, pattern=Plain)]
    customer_ids: Annotated[list[Id], Field(max_length=500)] | None = None


class KeyHandedOver(Schema):
    """How many changed hands."""

    count: int


def _manages(request: ApiRequest) -> None:
    """Refuse who may not manage tickets of every shop. Raises: NotPermitted, SpansAllShops."""
    over_all_shops(request, NEEDS)


@router.get(
    "/desk/key-customers",
    response=list[KeyCustomerItem],
    operation_id="list_key_customers",
    summary="List key customers and their agents",
)
def list_key_customers(request: ApiRequest, query: Query[KeyCustomerQuery]) -> list[queries.KeyCustomer]:
    """List key customers, of one agent where wanted. Needs `tickets.manage`."""
    refuse_unknown_filters(request, query)
    _manages(request)
    return queries.key_customers(staff_id=query.agent_id)


@router.put(
    "/desk/key-customers/{customer_id}",
    response=KeyAgentAssigned,
    operation_id="set_key_agent",
    summary="Assign the agent of a key customer",
)
@replayable
def assign_key_agent(request: ApiRequest, customer_id: CustomerId, payload: KeyAgentInput) -> KeyAgentAssigned:
    """Let somebody look after a customer, or nobody in particular. Needs `tickets.manage`."""
    _manages(request)
    if not contacts({customer_id}):
        raise errors.NotFound(key=customer_id)
    now = moment.now()
    set_key_agent(request.auth, customer_id=customer_id, staff_id=payload.staff_id, note=payload.note, now=now)
    return KeyAgentAssigned(customer_id=customer_id, staff_id=payload.staff_id)


@router.post(
    "/desk/key-customers/hand-over",
    response=KeyHandedOver,
    operation_id="hand_over_key_customers",
    summary="Hand key customers over",
)
@replayable
def hand_over(request: ApiRequest, payload: KeyHandOver) -> KeyHandedOver:
    """Let somebody else look after an agent's customers, some or all. Needs `tickets.manage`."""
    _manages(request)
    count = hand_over_key_customers(
        request.auth,
        from_staff_id=payload.from_staff_id,
        to_staff_id=payload.to_staff_id,
        note=payload.note,
        customer_ids=payload.customer_ids,
        now=moment.now(),
    )
    return KeyHandedOver(count=count)
