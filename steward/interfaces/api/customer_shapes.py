"""The shapes of customers, how they are known, merges and proposals."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Path, Schema
from pydantic import StringConstraints

from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain, Said
from steward.modules.customers.rules.identities import PROOFS
from steward.modules.customers.rules.merging import PROPOSAL_STATES

CustomerPathId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
CustomerId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Said)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Plain)]
Part = Annotated[str, StringConstraints(max_length=200, pattern=Plain)]
Kind = Annotated[str, StringConstraints(min_length=2, max_length=40, pattern=Plain)]
Proof = Literal["code", "call", "channel", "document"]
assert set(Proof.__args__) == set(PROOFS)  # type: ignore[attr-defined]
State = Literal["open", "merged", "refused"]
assert set(State.__args__) == set(PROPOSAL_STATES)  # type: ignore[attr-defined]


class CustomerQuery(Filters):
    """Whom to list: `q` is a name, a phone, its last four digits, an e-mail or an order's number."""

    q: Annotated[str, StringConstraints(max_length=100, pattern=Plain)] = ""
    after: IdAfter | None = None
    limit: Limit = 50


class CustomerSummary(Schema):
    """One person, masked. `member_ids` are all buyers they were found to be; orders name any of them."""

    id: int
    name: str
    phone: str
    email: str
    address: str
    created_at: datetime
    erased_at: datetime | None
    simulated: bool
    survivor_id: int | None
    member_ids: list[int]
    kinds: list[str]


class CustomerList(Schema):
    """People, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[CustomerSummary]
    next_after: int | None


class IdentityOut(Schema):
    """One way somebody is known, masked. `finds` false: this value finds somebody else."""

    id: int
    customer_id: int
    kind: str = Field(validation_alias="what")
    value: str
    finds: bool
    created_at: datetime
    verified_at: datetime | None
    verified_how: str
    verified_by: str


class MergeOut(Schema):
    """One merge; without `undone_at` it holds."""

    id: int
    survivor_id: int
    merged_id: int
    members: list[int]
    rule: str
    reason: str
    merged_at: datetime
    merged_by: str
    undone_at: datetime | None
    undone_by: str
    undo_reason: str


class CustomerFull(Schema):
    """One person with all buyers they were found to be, how they are known and what was merged."""

    customer: CustomerSummary = Field(validation_alias="row")
    members: list[CustomerSummary]
    identities: list[IdentityOut]
    merges: list[MergeOut]


class IdentityInput(Input):
    """One more way a customer is known, e.g. kind `phone`, `email`, `shop:tmall`, `wechat:gh_12ab`."""

    kind: Kind
    value: Value
    verified_how: Proof | None = None


class AddressInput(Input):
    """Where parcels go; `street` may hold the whole address as one text."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"
    province: Part = ""
    city: Part = ""
    district: Part = ""
    street: Value
    postcode: Annotated[str, Field(max_length=20, pattern=Plain)] = ""


class VerifyInput(Input):
    """How it was proved."""

    how: Proof


class MergeInput(Input):
    """Whom the customer of the address stands for from now on."""

    merged_id: CustomerId
    reason: Why


class WhyInput(Input):
    """Why it is done."""

    reason: Why


class ProposalQuery(Filters):
    """Which proposals to list."""

    state: State = "open"
    after: IdAfter | None = None
    limit: Limit = 20


class ProposalOut(Schema):
    """Two customers who may be one person; `shared` are the kinds both hold."""

    id: int
    state: str
    rule: str
    shared: list[str]
    made_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    sides: list[CustomerSummary]


class ProposalList(Schema):
    """Proposals, newest first."""

    rows: list[ProposalOut]
    next_after: int | None


class ProposalDecision(Input):
    """What was decided; without `survivor_id` the older customer stands for both."""

    verdict: Literal["merge", "refuse"]
    reason: Why
    survivor_id: CustomerId | None = None


class MergeRuleOut(Schema):
    """One rule of merging."""

    code: str
    group: str
    proof: str
    acts: str
    is_on: bool
    set_at: datetime
    set_by: str


class MergeRuleList(Schema):
    """The rules of merging."""

    rows: list[MergeRuleOut]


class MergeRuleInput(Input):
    """Whether a rule is on, and whether it proposes or merges."""

    acts: Literal["propose", "do"]
    is_on: bool
