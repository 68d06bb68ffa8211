"""What orders announce of changes, offers and the steps of the process."""

from __future__ import annotations

from datetime import date
from typing import Any

from steward.kernel.events import Event


class OrderChangeProposed(Event, frozen=True, kw_only=True):
    """Somebody previewed a change of an order; nothing is changed yet."""

    KIND = "orders.order_change_proposed"
    SUBJECT = "order"
    order_id: int
    change_id: int
    change: str
    reason: str


class OrderChangeEnded(Event, frozen=True, kw_only=True):
    """A change was declined, or lapsed (`lapse` says how); the order is as it was."""

    KIND = "orders.order_change_ended"
    SUBJECT = "order"
    order_id: int
    change_id: int
    change: str
    outcome: str
    lapse: str = ""


class OrderChanged(Event, frozen=True, kw_only=True):
    """A change of an order was carried out; told of both orders of a split or a merge, the other as `other_order_id`.

    `set_aside` says that goods had been set aside: they were given back, of an order that has left in part only those
    called off, and shipments that wait have to be called off and planned anew. `approved` says that the order may be
    allocated again now; otherwise it is once it is approved.
    """

    KIND = "orders.order_changed"
    SUBJECT = "order"
    order_id: int
    change_id: int
    change: str
    reason: str
    set_aside: bool
    approved: bool
    other_order_id: int = 0
    other_number: str = ""


class ChangePolicySet(Event, frozen=True, kw_only=True):
    """New rules of changing orders are in force; `rules` names those that are new, changed or gone."""

    KIND = "orders.change_policy_set"
    SUBJECT = "change_policy"
    change_policy_id: int
    version: int
    rules: list[str]
    note: str


class StepChanged(Event, frozen=True, kw_only=True):
    """A manager changed a step of the order process; a new version is in force."""

    KIND = "orders.step_changed"
    SUBJECT = "step"
    step_id: int
    code: str
    version: int
    fields: list[str]
    reason: str


class OfferMade(Event, frozen=True, kw_only=True):
    """The buyer of an order that is short of stock was asked what they want."""

    KIND = "orders.offer_made"
    SUBJECT = "order"
    order_id: int
    offer_id: int
    wait_until: date


class OfferAnswered(Event, frozen=True, kw_only=True):
    """An offer got its one answer: wait, substitute, partial, split or cancel.

    `on_behalf`: a person answered for the buyer. `before` and `after` hold what the answer changed of lines and total.
    Units: minor units of `currency`.
    """

    KIND = "orders.offer_answered"
    SUBJECT = "order"
    order_id: int
    offer_id: int
    answer: str
    on_behalf: bool
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    currency: str
    refund_minor: int
    extra_minor: int


class OfferExpired(Event, frozen=True, kw_only=True):
    """Nobody answered an offer in time; `answer` is what counts now by policy: wait or cancel."""

    KIND = "orders.offer_expired"
    SUBJECT = "order"
    order_id: int
    offer_id: int
    answer: str


class OfferWithdrawn(Event, frozen=True, kw_only=True):
    """An offer was taken back: the goods came (`promised`), the order ended (`ended`), or a person did (`person`)."""

    KIND = "orders.offer_withdrawn"
    SUBJECT = "order"
    order_id: int
    offer_id: int
    why: str


class OrderStepCompleted(Event, frozen=True, kw_only=True):
    """Somebody did a step of the house's own; the order goes on."""

    KIND = "orders.order_step_completed"
    SUBJECT = "order"
    order_id: int
    code: str
    name: dict[str, str]
    note: str
