"""Keep the tree of reasons, and what is asked under each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.returns.events import ReturnReasonSet
from steward.modules.returns.models import Reason
from steward.modules.returns.queries.policy_words import flaw_text
from steward.modules.returns.rules.reasons import DEEPEST, ReasonDraft, above_it, below, flaws

CODE = re.compile(r"^[a-z][a-z0-9_]{1,39}$")


class UnfitReason(errors.BadInput):
    """Refuse a reason that lacks words, hangs on itself, or asks what nobody can answer; all flaws at once."""

    code = "unfit_return_reason"
    message = _("The reason needs mending.")

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__([msgspec.to_builtins(one) | {"message": flaw_text(one)} for one in findings])


def unreadable(error: msgspec.ValidationError, root: str = "") -> UnfitReason:
    """Name the field that could not be read."""
    path = str(error).partition(" - at `$")[2].rstrip("`").replace("[", ".").replace("]", "")
    field = (root + path).lstrip(".")
    return UnfitReason([Finding(field, "rules_unreadable", "error", {"field": field})])


@command(needs="returns.policies")
def save_reason(actor: Actor, *, code: str, draft: ReasonDraft) -> int:
    """Add a reason, or change the one of that code. Nothing is deleted: cases refer to it; take it out of use instead.

    Returns its id. Raises: UnfitReason. Emits: ReturnReasonSet. Locks: the reasons by id.
    """
    rows = {row.code: row for row in Reason.objects.select_for_update().order_by("id")}
    by_id = {row.id: row.code for row in rows.values()}
    parents = {row.code: by_id.get(row.parent_id or 0, "") for row in rows.values()}
    found = flaws(draft)
    if not CODE.match(code):
        found.append(Finding("code", "reason_code", "error", {"code": code}))
    if draft.parent and draft.parent not in rows:
        found.append(Finding("parent", "unknown_reasons", "error", {"code": code, "name": draft.parent}))
    elif _does_not_fit_there(code, parents | {code: draft.parent}):
        found.append(Finding("parent", "reason_misplaced", "error", {"most": str(DEEPEST)}))
    if found:
        raise UnfitReason(found)
    row, _made = Reason.objects.update_or_create(
        code=code,
        defaults={
            "parent": rows.get(draft.parent),
            "labels": draft.labels,
            "fault": draft.fault,
            "questions": msgspec.to_builtins(draft.questions),
            "position": draft.position,
            "active": draft.active,
        },
    )
    told = ReturnReasonSet(
        return_reason_id=row.id,
        code=code,
        parent=draft.parent,
        fault=draft.fault,
        active=draft.active,
        questions=len(draft.questions),
    )
    events.record(actor, [told])
    return int(row.id)


def _does_not_fit_there(code: str, parents: dict[str, str]) -> bool:
    """Tell whether a reason would hang on itself, or the tree grow too deep."""
    hangs_on_itself = parents[code] == code or code in above_it(parents[code], parents)
    under = below(parents)[code] if not hangs_on_itself else []
    depth = max((len(above_it(one, parents)) for one in (code, *under)), default=0)
    return hangs_on_itself or depth >= DEEPEST
