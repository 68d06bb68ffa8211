"""Edit the rows behind complaints and asking afterwards: trees of types and causes, whom to ask (DSK-8, DSK-9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.parameters import CLOSE_AFTER_H
from steward.modules.desk.events import DeskRowSet
from steward.modules.desk.models import ComplaintCause, ComplaintType, FollowUpPolicy
from steward.modules.desk.rules import follow_ups as rules
from steward.modules.desk.rules.categories import CATEGORIES, REASONS
from steward.modules.desk.rules.tickets import PRIORITIES

NEEDS = "settings.desk"
TREES: Mapping[str, type[ComplaintType] | type[ComplaintCause]] = {"type": ComplaintType, "cause": ComplaintCause}
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class UnfitBranch(errors.Refusal):
    """Refuse a type or a cause without a name, or below itself, or for reasons that do not exist."""

    code = "unfit_branch"
    status = 422
    message = _("Give a code of small letters, a Chinese name, a root it belongs to, and only reasons that exist.")


class UnfitPolicy(errors.Refusal):
    """Refuse to ask after a ticket is closed, or about what does not exist."""

    code = "unfit_follow_up_policy"
    status = 422
    message = _("Choose a category, priority and way that exist, 0 to 100 %%, and ask within %(hours)s hours.")


class BranchDraft(Struct, frozen=True, kw_only=True):
    """One branch of a tree as people write it; `reasons` (category.sub_reason) only of types."""

    code: str
    labels: Mapping[str, str]
    parent: str = ""
    position: int = 100
    reasons: tuple[str, ...] = ()
    active: bool = True


class PolicyDraft(Struct, frozen=True, kw_only=True):
    """Whom to ask: empty facts fit any. Units: hours after the solution, percent."""

    code: str
    channel: str
    category: str = ""
    priority: str = ""
    complaint: bool = False
    after_h: int = 24
    sample_percent: int = 100
    rank: int = 100
    active: bool = True


@command(needs=NEEDS)
def save_branch(actor: Actor, *, tree: str, draft: BranchDraft) -> None:
    """Add a type or a cause, or change it; what is out of use stays with the complaints that have it.

    Raises: NotFound, UnfitBranch. Emits: DeskRowSet.
    """
    if tree not in TREES:
        raise errors.NotFound(key=tree)
    rows = TREES[tree].objects
    names = {locale: name.strip()[:60] for locale, name in draft.labels.items() if name.strip()}
    parent = rows.filter(code=draft.parent, parent=None).exclude(code=draft.code).first() if draft.parent else None
    old = rows.filter(code=draft.code).first()
    is_root_of_others = old is not None and parent is not None and rows.filter(parent_id=old.id).exists()
    fits = CODE.fullmatch(draft.code) and "zh-hans" in names and (parent is not None) == bool(draft.parent)
    if not fits or is_root_of_others or set(draft.reasons) - REASONS.keys():
        raise UnfitBranch
    values: dict[str, Any] = {
        "labels": names,
        "parent": parent,
        "position": max(0, min(draft.position, 9999)),
        "active": draft.active,
    }
    if tree == "type":
        values["reasons"] = sorted(set(draft.reasons))
    row, _made = rows.update_or_create(code=draft.code, defaults=values)
    _tell(actor, row.id, f"complaint_{tree}", draft.code, draft.active)


@command(needs=NEEDS)
def save_follow_up_policy(actor: Actor, *, draft: PolicyDraft) -> None:
    """Say which solved tickets are asked about, how, when and how many. Raises: UnfitPolicy. Emits: DeskRowSet."""
    most_h = parameters.value(CLOSE_AFTER_H)
    fits = (
        CODE.fullmatch(draft.code)
        and draft.channel in rules.CHANNELS
        and draft.category in ("", *CATEGORIES)
        and draft.priority in ("", *PRIORITIES)
        and 0 <= draft.sample_percent <= 100
        and 0 <= draft.after_h < most_h
        and 0 <= draft.rank <= 9999
    )
    if not fits:
        raise UnfitPolicy(hours=most_h)
    values = {name: getattr(draft, name) for name in PolicyDraft.__struct_fields__ if name != "code"}
    row, _made = FollowUpPolicy.objects.update_or_create(code=draft.code, defaults={**values, "set_by": actor.id})
    _tell(actor, row.id, "follow_up_policy", draft.code, draft.active)


def _tell(actor: Actor, row_id: int, table: str, code: str, active: bool) -> None:
    events.record(actor, [DeskRowSet(desk_row_id=row_id, table=table, code=code, active=active)])
