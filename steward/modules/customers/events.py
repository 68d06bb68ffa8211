"""What customers announce."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import AWAITED, Event


class CustomerErased(Event, frozen=True, kw_only=True):
    """A person's key was destroyed: nothing sealed with it can be read any more."""

    KIND = "customers.customer_erased"
    SUBJECT = "customer"
    customer_id: int
    reason: str


class CustomerAddressKept(Event, frozen=True, kw_only=True):
    """A customer's own address was set anew; where it is, the sealed profile says."""

    KIND = "customers.customer_address_kept"
    SUBJECT = "customer"
    customer_id: int
    kept_at: datetime


class CustomerRevealed(Event, frozen=True, kw_only=True):
    """Somebody looked at a customer's data in clear."""

    KIND = "customers.customer_revealed"
    SUBJECT = "customer"
    customer_id: int
    reason: str


class AccountSet(Event, frozen=True, kw_only=True):
    """A buyer may pay later from now on, or on other terms than before (0: none). Units: minor units of `currency`."""

    KIND = "customers.account_set"
    SUBJECT = "customer"
    customer_id: int
    currency: str
    limit_minor: int
    days: int
    limit_before_minor: int
    days_before: int
    reason: str


class AccountEnded(Event, frozen=True, kw_only=True):
    """A buyer's terms were taken back: new orders are paid before they go on."""

    KIND = "customers.account_ended"
    SUBJECT = "customer"
    customer_id: int
    currency: str
    reason: str


class IdentityAdded(Event, frozen=True, kw_only=True):
    """A buyer is known in one more way; `is_shared` says that somebody else is found by the same value."""

    KIND = "customers.identity_added"
    SUBJECT = "customer"
    customer_id: int
    identity_id: int
    what: str
    is_shared: bool


class IdentityVerified(Event, frozen=True, kw_only=True):
    """A buyer has proved that a phone, an e-mail or another way to know them is theirs."""

    KIND = "customers.identity_verified"
    SUBJECT = "customer"
    customer_id: int
    identity_id: int
    what: str
    how: str


class CustomersMerged(Event, frozen=True, kw_only=True):
    """Two buyers are one person: `customer_id` stands from now on also for `member_ids`, led by `merged_id`.

    Rows keep the buyer they came by; what is kept per person has to look at all of them (queries.merged.family).
    """

    KIND = "customers.customers_merged"
    SUBJECT = "customer"
    customer_id: int
    merge_id: int
    merged_id: int
    member_ids: list[int]
    rule: str
    reason: str


class CustomersUnmerged(Event, frozen=True, kw_only=True):
    """A merge was taken back: `separated_id` stands for itself and for `member_ids` again, not `customer_id`."""

    KIND = "customers.customers_unmerged"
    SUBJECT = "customer"
    customer_id: int
    merge_id: int
    separated_id: int
    member_ids: list[int]
    reason: str


class MergeProposed(Event, frozen=True, kw_only=True):
    """Two buyers may be one person; somebody has to decide."""

    KIND = "customers.merge_proposed"
    SUBJECT = "customer"
    customer_id: int
    other_id: int
    proposal_id: int
    rule: str


class MergeRefused(Event, frozen=True, kw_only=True):
    """Two buyers who were proposed are not one person."""

    KIND = "customers.merge_refused"
    SUBJECT = "customer"
    customer_id: int
    other_id: int
    proposal_id: int
    reason: str


class MergeRuleSet(Event, frozen=True, kw_only=True):
    """A rule of merging was switched on or off, or does otherwise from now on."""

    KIND = "customers.merge_rule_set"
    SUBJECT = "rule"
    rule_id: int
    code: str
    acts: str
    is_on: bool


class SignInAsked(Event, frozen=True, kw_only=True):
    """Somebody asked for a code to sign in with, by phone or e-mail; whether it is anybody's is not known yet."""

    KIND = "customers.sign_in_asked"
    PRIORITY = AWAITED
    SUBJECT = "sign_in"
    sign_in_id: int
    way: str


class VisitOpened(Event, frozen=True, kw_only=True):
    """A customer signed in to their pages by a code sent to their phone or e-mail."""

    KIND = "customers.visit_opened"
    SUBJECT = "customer"
    customer_id: int
    way: str
