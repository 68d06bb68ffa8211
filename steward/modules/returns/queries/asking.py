"""What a customer may ask of an order before they ask: pieces that are left, reasons with their questions, and what
each solution would mean. Source: RET-2.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.catalog import queries as catalog
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.queries.claimable import Claimable, claimable
from steward.modules.returns.queries.policies import all_reasons
from steward.modules.returns.queries.quotes import quote_of
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.rules import joining, states
from steward.modules.returns.rules.policy import Verdict
from steward.modules.returns.rules.quote import Taken, Terms
from steward.modules.returns.rules.reasons import Question

MONEY = ("refund_only", "return_refund")
# As if everything that can be shown was shown: what is needed stands in the answer.
MOST_SHOWN = 99


class Choice(Struct, frozen=True):
    """One answer to a question."""

    code: str
    label: str


class Hint(Struct, frozen=True):
    """What may help without sending anything, where a question is answered so."""

    answer: str
    kind: str
    words: str
    link: str


class QuestionAsked(Struct, frozen=True):
    """One question of a diagnosis in one language. `kind`: yes_no, choice or text."""

    code: str
    label: str
    kind: str
    choices: list[Choice]
    hints: list[Hint]
    categories: Sequence[str]


class ReasonLeaf(Struct, frozen=True):
    """One reason that can be given, under the branch it hangs on ("": none)."""

    code: str
    branch: str
    label: str
    fault: str
    questions: list[QuestionAsked]

    def questions_for(self, categories: Collection[str]) -> list[QuestionAsked]:
        """List the questions that are asked of goods of some categories."""
        return [
            one
            for one in self.questions
            if not one.categories
            or any(own == path or own.startswith(f"{path}/") for own in categories for path in one.categories)
        ]


class Offered(Struct, frozen=True, kw_only=True):
    """What one solution would mean. `amount_minor`: money back, None where it gives none. Units: minor units."""

    kind: str
    verdict: Verdict
    amount_minor: int | None


def order_left(order_id: int) -> tuple[OrderBought, list[Claimable]]:
    """Read an order and how many pieces of each line may still be claimed. Raises: NotFound."""
    found = orders_bought(ids=[order_id])
    if not found:
        raise NotFound(key=order_id)
    return found[0], claimable(order_id)


def categories_of(order: OrderBought, line_ids: Collection[int]) -> set[str]:
    """Name the categories of the goods of some lines."""
    return {one.category for one in catalog.items_by_id({x.item_id for x in order.lines if x.id in line_ids}).values()}


def reason_leaves(language: str) -> list[ReasonLeaf]:
    """List the reasons in use that have none below them, branch by branch, in a language."""
    known = {one.code: one for one in all_reasons() if one.active}
    branches = {one.parent for one in known.values()}
    places = {code: place for place, code in enumerate(known)}
    leaves = [one for one in known.values() if one.code not in branches and (not one.parent or one.parent in known)]
    leaves.sort(key=lambda one: (places[one.parent or one.code], places[one.code]))
    return [
        ReasonLeaf(
            one.code,
            known[one.parent].label(language) if one.parent else "",
            one.label(language),
            one.fault,
            [_question(each, language) for each in one.questions],
        )
        for one in leaves
    ]


def _question(one: Question, language: str) -> QuestionAsked:
    hints = [Hint(each.answer, each.kind, _said(each.words, language), each.link) for each in one.guidance]
    choices = [Choice(each.code, _said(each.labels, language)) for each in one.choices]
    return QuestionAsked(one.code, _said(one.labels, language), one.kind, choices, hints, one.categories)


def _said(labels: Mapping[Any, str], language: str) -> str:
    return labels.get(language) or labels.get("zh-hans") or next(iter(labels.values()), "")


def offered(order_id: int, wants: Mapping[int, int], *, reason: ReasonLeaf, now: datetime) -> list[Offered]:
    """Say for every solution what it would mean for so many pieces of lines; those that give money with the money.

    The policy answers here as it will when the request is sent; nothing is written. A constant number of statements.
    """
    asks = [
        Ask(order_id=order_id, line_id=line_id, kind=kind, reason=reason.code, pictures=MOST_SHOWN, videos=MOST_SHOWN)
        for kind in states.KINDS
        for line_id in wants
    ]
    said = iter(verdicts(asks, now=now))
    answers = {kind: joining.joined([next(said) for _line in wants]) for kind in states.KINDS}
    return [
        Offered(kind=kind, verdict=verdict, amount_minor=_worth(order_id, wants, kind, verdict, reason))
        for kind, verdict in answers.items()
    ]


def _worth(order_id: int, wants: Mapping[int, int], kind: str, verdict: Verdict, reason: ReasonLeaf) -> int | None:
    if kind not in MONEY or not verdict.eligible:
        return None
    terms = Terms(restocking_permille=verdict.restocking_permille, freight_back=reason.fault != "customer")
    blameless = reason.fault != "customer"
    taken = [Taken(line, quantity, blameless=blameless) for line, quantity in wants.items()]
    return quote_of(order_id, taken, terms).total_minor
