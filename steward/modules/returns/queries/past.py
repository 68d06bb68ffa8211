"""Past cases as asks, so that a proposal can be tried on what people really wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from steward.modules.messaging.queries.attachments import attachments
from steward.modules.returns.models import Case, Evidence, Piece
from steward.modules.returns.queries.verdicts import Ask

POLICY = "policy"


class PastCase(Struct, frozen=True):
    """One case as it was requested. Units: minor units of its currency.

    `quoted_minor` is what was promised (0: nothing yet). `was_approved`: what a person decided; None where nobody did.
    `pieces`: of how many each ask speaks.
    """

    number: str
    requested_at: datetime
    quoted_minor: int
    was_approved: bool | None
    asks: tuple[Ask, ...]
    pieces: tuple[int, ...]


def past_cases(*, since: datetime, until: datetime, limit: int) -> list[PastCase]:
    """Read the cases requested in a time, the newest first, without practice ones; a constant number of statements."""
    rows = list(
        Case.objects.filter(requested_at__gte=since, requested_at__lt=until, simulated=False)
        .order_by("-id")
        .select_related("reason")[:limit]
    )
    ids = [row.id for row in rows]
    lines: dict[int, Counter[int]] = {id_: Counter() for id_ in ids}
    for case_id, line_id in Piece.objects.filter(case_id__in=ids).values_list("case_id", "line_id"):
        lines[case_id][line_id] += 1
    shown = _shown(ids)
    return [_past(row, lines[row.id], shown) for row in rows]


def _shown(case_ids: Sequence[int]) -> Counter[tuple[int, str]]:
    """Count what was sent along when cases were requested: (case, "image" or "video")."""
    sent = list(Evidence.objects.filter(case_id__in=case_ids, shows="request").values_list("case_id", "attachment_id"))
    kinds = {one.id: one.media_type.partition("/")[0] for one in attachments([id_ for _case, id_ in sent])}
    return Counter((case_id, kinds.get(attachment_id, "")) for case_id, attachment_id in sent)


def _past(row: Case, lines: Counter[int], shown: Counter[tuple[int, str]]) -> PastCase:
    pictures, videos = shown[row.id, "image"], shown[row.id, "video"]
    told = row.answers.get("opened")
    opened = told if isinstance(told, bool) else None
    asks = tuple(
        Ask(row.order_id, line_id, row.kind, row.reason.code, pictures, videos, opened, row.id)
        for line_id in sorted(lines)
    )
    decided = row.decided_at is not None and row.decider not in ("", POLICY)
    approved = row.state != "refused" if decided else None
    pieces = tuple(lines[ask.line_id] for ask in asks)
    return PastCase(row.number, row.requested_at, row.quoted_minor, approved, asks, pieces)
