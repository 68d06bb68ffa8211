"""Open cases of after-sales, many at once: what cannot be is a result, and what the policy grants is granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from steward.kernel import events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.enclosing import keep_files
from steward.modules.returns.commands.choosing import refuse_choices, write_choices
from steward.modules.returns.commands.claiming import Claim, claim_pieces, claims_of, give_up
from steward.modules.returns.commands.drafts import CaseDraft, CaseReceipt, Instead, Refused, Want
from steward.modules.returns.commands.granting import grant_alone
from steward.modules.returns.commands.moving import ask_for_answer
from steward.modules.returns.commands.valuing import value
from steward.modules.returns.events import CaseOpened
from steward.modules.returns.models import Case, Evidence
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.rules import joining
from steward.modules.returns.rules.policy import Verdict

__all__ = ["CaseDraft", "CaseReceipt", "Instead", "Refused", "Want", "open_cases"]

PREFIX, SEQUENCE = "RMA", "returns_case_id_seq"


@command(needs="returns.request")
def open_cases(actor: Actor, *, drafts: Sequence[CaseDraft], now: datetime) -> list[CaseReceipt]:
    """Open a case for each draft that can be, in the order given; the others are answered with why not.

    Only pieces that were sent and still count are claimed, each by one case. What the policy may grant alone is
    approved at once. A marketplace's number a second time is the same case. Emits: CaseOpened, CaseDecided.
    Locks: orders in id order, then pieces. Source: RET-1, RET-2.
    """
    claims = claims_of(actor, drafts)
    answers = _answers(claims, now)
    for claim, verdict in zip(claims, answers, strict=True):
        _refuse(actor, claim, verdict)
    refuse_choices(claims)
    wished = [place for place, claim in enumerate(claims) if claim.refusal is None and claim.known is None]
    ids = numbering.next_ids(SEQUENCE, len(wished)) if wished else []
    lost = claim_pieces({id_: claims[place] for id_, place in zip(ids, wished, strict=True)}) if wished else set()
    rows: dict[int, Case] = {}
    for id_, place in zip(ids, wished, strict=True):
        if id_ in lost:
            claims[place].refusal = Refused("claimed_already", {"sku": claims[place].lines[0].sku, "most": 0})
        else:
            rows[place] = _row(actor, id_, claims[place], answers[place], now)
    _value(rows, claims)
    _write(actor, rows, claims, now)
    write_choices(rows, claims, now)
    granted = grant_alone(actor, list(rows.values()), now)
    return [_receipt(place, claims, answers, rows, granted) for place in range(len(claims))]


def _answers(claims: Sequence[Claim], now: datetime) -> list[Verdict | None]:
    """Ask the policy for every line of every claim at once, and join the answers of each."""
    asks = [
        Ask(
            order_id=claim.order.id,
            line_id=line.id,
            kind=claim.draft.kind,
            reason=claim.draft.reason,
            pictures=claim.pictures,
            videos=claim.videos,
            opened=claim.draft.opened,
            is_next=is_next,
        )
        for claim, is_next in _in_turn(claims)
        if claim.order is not None
        for line in claim.lines
    ]
    said = iter(verdicts(asks, now=now) if asks else [])
    return [joining.joined([next(said) for _line in claim.lines]) if claim.lines else None for claim in claims]


def _in_turn(claims: Sequence[Claim]) -> Iterator[tuple[Claim, bool]]:
    """Go through claims; tell of each whether an earlier one of the batch is about the same order."""
    seen: set[int] = set()
    for claim in claims:
        yield claim, claim.order is not None and claim.order.id in seen
        if claim.order is not None and claim.pieces:
            seen.add(claim.order.id)


def _refuse(actor: Actor, claim: Claim, verdict: Verdict | None) -> None:
    """Refuse what the policy does not allow, unless somebody who may decide says why it should be looked at anyway."""
    draft = claim.draft
    if claim.refusal is not None or verdict is None or (draft.despite.strip() and actor.may("returns.decide")):
        return
    if not verdict.eligible:
        claim.refusal = Refused(verdict.why or "not_eligible", dict(verdict.params))
    elif verdict.kinds and draft.kind not in verdict.kinds:
        claim.refusal = Refused("kind_not_offered", {"kinds": list(verdict.kinds)})
    elif claim.pictures < verdict.pictures or claim.videos < verdict.videos:
        claim.refusal = Refused("evidence_missing", {"pictures": verdict.pictures, "videos": verdict.videos})


def _row(actor: Actor, id_: int, claim: Claim, verdict: Verdict | None, now: datetime) -> Case:
    order, draft = claim.order, claim.draft
    assert order is not None
    assert claim.reason is not None
    said: dict[str, Any] = msgspec.to_builtins(verdict) if verdict else {}
    if draft.despite.strip():
        said |= {"despite": draft.despite.strip()[:400], "automatic_up_to_minor": -1}
    return Case(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        order_id=order.id,
        order_number=order.number,
        shop=order.shop,
        customer_id=order.customer_id,
        ticket_id=draft.ticket_id,
        kind=draft.kind,
        reason=claim.reason,
        state="requested",
        state_since=now,
        source=draft.source,
        words=draft.words.strip(),
        answers=dict(draft.answers) | ({} if draft.opened is None else {"opened": draft.opened}),
        policy_version=verdict.version if verdict else 0,
        verdict=said,
        freight_payer=verdict.freight_payer if verdict else "",
        currency=order.currency,
        advance=bool(verdict and verdict.advance),
        outside_number=draft.outside_number,
        answer_due_at=draft.answer_due_at,
        requested_at=now,
        requested_by=actor.id,
        simulated=order.simulated,
    )


def _value(rows: dict[int, Case], claims: Sequence[Claim]) -> None:
    """Quote what the cases would give back; one whose pieces are gone already is refused, the others go on."""
    refused = value([(row, [line for line, _position in claims[place].pieces]) for place, row in rows.items()])
    for place, row in list(rows.items()):
        if (why := refused.get(row.id)) is not None:
            claims[place].refusal = Refused(why.code, why.params)
            del rows[place]
    give_up(refused)


def _write(actor: Actor, rows: Mapping[int, Case], claims: Sequence[Claim], now: datetime) -> None:
    """Write cases with what proves them, start their clocks and announce them."""
    Case.objects.bulk_create(rows.values())
    files = [(row, id_) for place, row in rows.items() for id_ in dict.fromkeys(claims[place].draft.attachment_ids)]
    keep_files([id_ for _row, id_ in files])
    Evidence.objects.bulk_create(
        [Evidence(case=row, attachment_id=id_, given_by=actor.id, at=now) for row, id_ in files]
    )
    ask_for_answer(actor, rows.values(), now)
    opened = [
        CaseOpened(
            case_id=row.id,
            number=row.number,
            order_id=row.order_id,
            ticket_id=row.ticket_id,
            kind=row.kind,
            reason=row.reason.code,
            source=row.source,
            state=row.state,
            pieces=len(claims[place].pieces),
            simulated=row.simulated,
        )
        for place, row in rows.items()
    ]
    events.record(actor, opened)


def _receipt(
    place: int,
    claims: Sequence[Claim],
    answers: Sequence[Verdict | None],
    rows: Mapping[int, Case],
    granted: Mapping[int, str],
) -> CaseReceipt:
    row = rows.get(place) or (claims[place].known if claims[place].refusal is None else None)
    if row is None:
        return CaseReceipt(refusal=claims[place].refusal, verdict=answers[place])
    return CaseReceipt(number=row.number, id=row.id, state=granted.get(row.id, row.state), verdict=answers[place])
