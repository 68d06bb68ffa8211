"""The house's rules of changing orders after entry, in versions."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from ninja import Field, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Input, Text
from steward.modules.orders.commands import change_policing
from steward.modules.orders.queries import change_policy as queries
from steward.modules.orders.rules.change_rules import MOST_RULES

router = Router(tags=["changes"])
SEE, CHANGE = "orders.view", "orders.process"
ChangeRules = Annotated[list[dict[str, Any]], Field(max_length=MOST_RULES)]


class ChangePolicyItem(Schema):
    """A version of the rules in the order in which they are tried; without any all that is possible is allowed."""

    version: int
    active: bool
    note: str
    set_at: datetime
    set_by: str
    rules: list[dict[str, Any]]


class ChangePolicyInput(Input):
    """New rules, all of them, in their order; `note` says what changes and why."""

    rules: ChangeRules
    expected_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    note: Text


@router.get(
    "/change-policies", response=list[ChangePolicyItem], operation_id="list_change_policies", summary="List versions"
)
def list_change_policies(request: ApiRequest) -> list[dict[str, Any]]:
    """List versions of the rules of changing orders, the newest first. Needs `orders.view`."""
    request.auth.require(SEE)
    return [msgspec.to_builtins(one) for one in queries.change_policies()]


@router.post(
    "/change-policies", response=ChangePolicyItem, operation_id="set_change_policy", summary="Put new rules in force"
)
@replayable
def set_change_policy(request: ApiRequest, payload: ChangePolicyInput) -> ChangePolicyItem:
    """Put new rules in force as a version of their own; every change from now on is held against them.

    Needs `orders.process`.
    """
    change_policing.save_change_policy(
        over_all_shops(request, CHANGE),
        rules=payload.rules,
        note=payload.note,
        expected_version=payload.expected_version,
    )
    return ChangePolicyItem.model_validate(msgspec.to_builtins(queries.active_change_policy()))
