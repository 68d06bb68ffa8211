"""What approvals announce; `about_kind` and `about_id` name the subject somebody asked for."""

from __future__ import annotations

from steward.kernel.events import Event


class ApprovalAsked(Event, frozen=True, kw_only=True):
    """Somebody has to agree before it goes on. Units: minor units of the currency."""

    KIND = "approvals.approval_asked"
    SUBJECT = "approval"
    approval_id: int
    kind: str
    about_kind: str
    about_id: int
    number: str
    amount_minor: int
    currency: str
    role: str
    needed: int


class ApprovalDecided(Event, frozen=True, kw_only=True):
    """One person gave their verdict; with several needed, the request may still be open."""

    KIND = "approvals.approval_decided"
    SUBJECT = "approval"
    approval_id: int
    kind: str
    about_kind: str
    about_id: int
    verdict: str
    for_person: str
    reason: str


class ApprovalSettled(Event, frozen=True, kw_only=True):
    """A request came to its end: `outcome` is granted, refused, expired or withdrawn."""

    KIND = "approvals.approval_settled"
    SUBJECT = "approval"
    approval_id: int
    kind: str
    about_kind: str
    about_id: int
    outcome: str
    reason: str


class ApprovalPolicySet(Event, frozen=True, kw_only=True):
    """Who has to agree to what was changed."""

    KIND = "approvals.approval_policy_set"
    SUBJECT = "policy"
    policy_id: int
    kind: str
    before: list[dict[str, str | int]]
    after: list[dict[str, str | int]]
