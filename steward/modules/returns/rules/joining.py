"""One answer of the policy for a case of several lines: what holds for every one of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from steward.modules.returns.rules.policy import Verdict


def joined(verdicts: Sequence[Verdict]) -> Verdict:
    """Join the answers for the lines of a case: one that is refused refuses all, and the strictest term counts.

    The customer pays the freight only where they would for every line.
    """
    first = next((one for one in verdicts if not one.eligible), verdicts[0])
    if not first.eligible or len(verdicts) == 1:
        return first
    ends = [one.until for one in verdicts if one.until is not None]
    times = [one.return_within_h for one in verdicts if one.return_within_h]
    answers = [one.answer_within_h for one in verdicts if one.answer_within_h]
    return structs.replace(
        first,
        kinds=tuple(kind for kind in first.kinds if all(kind in one.kinds for one in verdicts)),
        freight_payer="merchant" if any(one.freight_payer == "merchant" for one in verdicts) else first.freight_payer,
        restocking_permille=max(one.restocking_permille for one in verdicts),
        automatic_up_to_minor=min(one.automatic_up_to_minor for one in verdicts),
        advance=all(one.advance for one in verdicts),
        pictures=max(one.pictures for one in verdicts),
        videos=max(one.videos for one in verdicts),
        return_within_h=min(times, default=0),
        answer_within_h=min(answers, default=0),
        until=min(ends, default=None),
    )


def is_granted_alone(verdict: Verdict, amount_minor: int) -> bool:
    """Tell whether the policy grants a case by itself. Units: minor currency units; a limit below 0 means never."""
    return verdict.eligible and 0 <= amount_minor <= verdict.automatic_up_to_minor
