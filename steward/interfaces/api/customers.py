"""Customers: one person however many accounts, how they are known, merging and taking back."""

from typing import Any

from ninja import Query, Router

from steward.interfaces.api import customer_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people_shapes import PathCode
from steward.interfaces.api.replies import replayable
from steward.kernel import moment
from steward.kernel.actor import NotPermitted
from steward.modules.customers.commands import addresses, identities, merging, proposing
from steward.modules.customers.queries import directory, proposals, search
from steward.modules.customers.rules.buyers import Address
from steward.modules.orders.queries.buyers import buyers_of

router = Router(tags=["customers"])
LOOK = "customers.view"
FOUND_AT_MOST = 200


def _look(request: ApiRequest) -> None:
    """Let in who may see customers; they belong to no shop, so a token limited to shops may not.

    Raises: NotPermitted.
    """
    request.auth.require(LOOK)
    if request.auth.scopes:
        raise NotPermitted(permission=LOOK)


@router.get("/customers", response=shapes.CustomerList, operation_id="list_customers", summary="List customers")
def list_customers(request: ApiRequest, narrow: Query[shapes.CustomerQuery]) -> Any:
    """List people, newest first, or find them. Needs `customers.view`, for order numbers also `orders.view`."""
    refuse_unknown_filters(request, narrow)
    _look(request)
    ids = None
    if text := " ".join(narrow.q.split()):
        ids = search.matching_customers(text, limit=FOUND_AT_MOST)
        ids += buyers_of(text) if request.auth.may("orders.view") else []
    rows = directory.customers_page(ids=ids, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get(
    "/customers/proposals",
    response=shapes.ProposalList,
    operation_id="list_merge_proposals",
    summary="List who may be the same",
)
def list_merge_proposals(request: ApiRequest, narrow: Query[shapes.ProposalQuery]) -> Any:
    """List pairs of customers who may be one person. Needs `customers.view`."""
    refuse_unknown_filters(request, narrow)
    _look(request)
    rows = proposals.proposals_page(state=narrow.state, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post(
    "/customers/proposals/{id_}/decide",
    response=shapes.ProposalOut,
    operation_id="decide_merge_proposal",
    summary="Decide who is the same",
)
@replayable
def decide_merge_proposal(
    request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.ProposalDecision
) -> shapes.ProposalOut:
    """Merge the two, or keep them apart for good. Needs `customers.merge`."""
    now = moment.now()
    if payload.verdict == "merge":
        proposing.accept_proposal(
            request.auth, proposal_id=id_, survivor_id=payload.survivor_id, reason=payload.reason, now=now
        )
    else:
        proposing.refuse_proposal(request.auth, proposal_id=id_, reason=payload.reason, now=now)
    return shapes.ProposalOut.model_validate(proposals.proposal(id_))


@router.get(
    "/customers/merge-rules", response=shapes.MergeRuleList, operation_id="list_merge_rules", summary="List merge rules"
)
def list_merge_rules(request: ApiRequest) -> Any:
    """List when customers are merged. Needs `customers.view`."""
    _look(request)
    return {"rows": proposals.merge_rules()}


@router.post(
    "/customers/merge-rules/{code}",
    response=shapes.MergeRuleList,
    operation_id="set_merge_rule",
    summary="Change a merge rule",
)
@replayable
def set_merge_rule(request: ApiRequest, code: PathCode, payload: shapes.MergeRuleInput) -> shapes.MergeRuleList:
    """Switch a rule on or off, let it propose or merge. Needs `customers.merge_rules`."""
    proposing.set_merge_rule(request.auth, code=code, acts=payload.acts, is_on=payload.is_on, now=moment.now())
    return shapes.MergeRuleList.model_validate({"rows": proposals.merge_rules()})


@router.post(
    "/customers/merges/{id_}/undo",
    response=shapes.CustomerFull,
    operation_id="unmerge_customers",
    summary="Take a merge back",
)
@replayable
def unmerge_customers(request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.WhyInput) -> shapes.CustomerFull:
    """Part two customers again, exactly as if they had never been merged. Needs `customers.merge`."""
    merging.unmerge_customers(request.auth, merge_id=id_, reason=payload.reason, now=moment.now())
    return _full(directory.merge(id_).merged_id)


@router.post(
    "/customers/identities/{id_}/verify",
    response=shapes.CustomerFull,
    operation_id="verify_identity",
    summary="Verify an identity",
)
@replayable
def verify_identity(
    request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.VerifyInput
) -> shapes.CustomerFull:
    """Note how a customer proved that a value is theirs; rules may merge them by it. Needs `customers.edit`."""
    identities.verify_identity(request.auth, identity_id=id_, how=payload.how, now=moment.now())
    return _full(directory.holder_of(id_))


@router.get("/customers/{id_}", response=shapes.CustomerFull, operation_id="get_customer", summary="Read a customer")
def get_customer(request: ApiRequest, id_: shapes.CustomerPathId) -> Any:
    """Give one person, by any of their ids, masked. Needs `customers.view`."""
    _look(request)
    return directory.customer_view(id_)


@router.post(
    "/customers/{id_}/identities",
    response=shapes.CustomerFull,
    operation_id="add_identity",
    summary="Add an identity",
)
@replayable
def add_identity(request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.IdentityInput) -> shapes.CustomerFull:
    """Note one more way a customer is known; rules may merge or propose by it. Needs `customers.edit`."""
    identities.add_identity(
        request.auth,
        customer_id=id_,
        kind=payload.kind,
        value=payload.value,
        verified_how=payload.verified_how or "",
        now=moment.now(),
    )
    return _full(id_)


@router.put(
    "/customers/{id_}/address", response=shapes.CustomerFull, operation_id="keep_address", summary="Keep an address"
)
@replayable
def keep_address(request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.AddressInput) -> shapes.CustomerFull:
    """Keep where a customer's parcels go unless an order says otherwise. Needs `customers.edit`."""
    address = Address(**payload.model_dump())
    addresses.keep_address(request.auth, customer_id=id_, address=address, now=moment.now())
    return _full(id_)


@router.post(
    "/customers/{id_}/merge", response=shapes.CustomerFull, operation_id="merge_customers", summary="Merge customers"
)
@replayable
def merge_customers(request: ApiRequest, id_: shapes.CustomerPathId, payload: shapes.MergeInput) -> shapes.CustomerFull:
    """Let the customer stand for another one too. Needs `customers.merge`."""
    merging.merge_customers(
        request.auth, survivor_id=id_, merged_id=payload.merged_id, reason=payload.reason, now=moment.now()
    )
    return _full(id_)


def _full(customer_id: int) -> shapes.CustomerFull:
    return shapes.CustomerFull.model_validate(directory.customer_view(customer_id))
