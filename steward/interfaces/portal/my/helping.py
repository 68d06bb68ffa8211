"""Keep whether what we proposed instead of a return helped, with the request it was proposed for. Source: RET-2."""

from __future__ import annotations

from collections.abc import Sequence

from steward.interfaces.portal.my.door import CUSTOMER, MyRequest
from steward.modules.returns.commands.deciding import withdraw_case
from steward.modules.returns.commands.drafts import CaseReceipt
from steward.modules.returns.commands.guiding import GuidanceDraft, answer_guidance, offer_guidance
from steward.modules.returns.queries.asking import Hint


def note_help(request: MyRequest, receipt: CaseReceipt, hints: Sequence[Hint], *, helped: bool) -> None:
    """Note with a new case what was proposed before it was sent; where that helped, the case is solved.

    A case the policy granted at once takes no proposals any more; where they helped it is withdrawn.
    """
    if receipt.id is None or not hints:
        return
    if receipt.state != "requested":
        if helped:
            withdraw_case(CUSTOMER, case_id=receipt.id, reason=hints[0].words, now=request.now)
        return
    outcome = "helped" if helped else "did_not"
    # The one that helped is noted last: a case that is solved takes none any more.
    for hint in hints if not helped else hints[:1]:
        draft = GuidanceDraft(kind=hint.kind, words=hint.words, link=hint.link)
        guidance_id = offer_guidance(CUSTOMER, case_id=receipt.id, draft=draft, now=request.now)
        answer_guidance(CUSTOMER, case_id=receipt.id, guidance_id=guidance_id, outcome=outcome, now=request.now)
