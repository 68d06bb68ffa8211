"""What may be one person and waits for somebody, and the rules that propose it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.customers.models import MergeRule, Proposal
from steward.modules.customers.queries.directory import CustomerRow, IdentityView, customer_rows, identities_of
from steward.modules.customers.queries.merged import families


class ProposalView(Struct, frozen=True, kw_only=True):
    """Two buyers who may be one person, masked, with how each is known; `shared` are the kinds both hold."""

    id: int
    state: str
    rule: str
    shared: list[str]
    made_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    sides: list[CustomerRow]
    identities: list[list[IdentityView]]


class MergeRuleView(Struct, frozen=True, kw_only=True):
    """One rule of merging."""

    code: str
    group: str
    proof: str
    acts: str
    is_on: bool
    set_at: datetime
    set_by: str


FIELDS = MergeRuleView.__struct_fields__


def merge_rules() -> list[MergeRuleView]:
    """List the rules, the surest first."""
    return [MergeRuleView(**row) for row in MergeRule.objects.order_by("acts", "id").values(*FIELDS)]


def proposals_page(*, state: str = "open", before_id: int | None = None, limit: int = 20) -> list[ProposalView]:
    """List proposals of a state, newest first; a constant number of queries."""
    rows = Proposal.objects.filter(state=state).order_by("-id")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _views(list(rows[:limit]))


def proposal(proposal_id: int) -> ProposalView:
    """Read one proposal. Raises: NotFound."""
    found = _views(list(Proposal.objects.filter(id=proposal_id)))
    if not found:
        raise NotFound(key=proposal_id)
    return found[0]


def proposals_of(customer_ids: list[int]) -> list[ProposalView]:
    """List what waits for a decision about these buyers."""
    named = Q(low_id__in=customer_ids) | Q(high_id__in=customer_ids)
    return _views(list(Proposal.objects.filter(named, state="open").order_by("-id")[:20]))


def open_proposals() -> int:
    """Count what waits for a decision."""
    return Proposal.objects.filter(state="open").count()


def _views(rows: list[Proposal]) -> list[ProposalView]:
    ids = sorted({id_ for row in rows for id_ in (row.low_id, row.high_id)})
    kin = families(ids)
    people = {row.id: row for row in customer_rows(ids)}
    identities = identities_of({member for members in kin.values() for member in members})
    return [
        ProposalView(
            id=row.id,
            state=row.state,
            rule=row.rule,
            shared=row.shared,
            made_at=row.made_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            reason=row.reason,
            sides=[people[id_] for id_ in (row.low_id, row.high_id)],
            identities=[
                [one for one in identities if one.customer_id in kin[id_]] for id_ in (row.low_id, row.high_id)
            ],
        )
        for row in rows
    ]
