"""Keep the causes of exceptions, in two levels: what is counted has to be what happens in this house."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db.models import F, Max
from django.utils.translation import gettext as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.events import CauseChanged
from steward.modules.orders.models import Cause

NEEDS = "orders.exception_rules"
CODE = re.compile(r"[a-z][a-z0-9_]{1,49}")
LANGUAGES = ("zh-hans", "zh-hant", "en")
LONGEST_LABEL = 80


@command(needs=NEEDS)
def save_cause(actor: Actor, *, code: str, group: str, labels: Mapping[str, str], active: bool = True) -> None:
    """Add a cause to a group, or change its words, its group, or whether it can be named any more.

    What was counted under it stays counted. Raises: BadInput with every finding. Emits: CauseChanged, when something
    changed. Locks: every cause, in id order.
    """
    known = {row.code: row for row in Cause.objects.select_for_update().order_by("id")}
    row, parent = known.get(code), known.get(group)
    words = {language: labels.get(language, "").strip() for language in LANGUAGES}
    if findings := _findings(code, row, parent, words):
        raise errors.BadInput(findings)
    facts = {"parent_id": parent.id if parent else None, "labels": words, "active": active}
    if row is not None and all(getattr(row, name) == value for name, value in facts.items()):
        return
    if row is None:
        row = Cause(code=code, position=_behind(group))
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    events.record(actor, [CauseChanged(cause_id=row.id, code=code, group=group, labels=words, active=active)])


def _findings(code: str, row: Cause | None, parent: Cause | None, words: Mapping[str, str]) -> list[dict[str, str]]:
    """Collect all that is wrong with a cause."""
    is_group = row is not None and row.parent_id is None
    checks = [
        ("code", CODE.fullmatch(code), _("Small letters, digits and _ only, 50 at most, a letter first.")),
        ("code", not is_group, _("This is a group of causes: choose another code.")),
        ("group", parent is not None and parent.parent_id is None, _("There is no such group of causes.")),
    ]
    checks += [
        (language, 0 < len(word) <= LONGEST_LABEL, _("Give a name of at most 80 characters."))
        for language, word in words.items()
    ]
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]


def _behind(group: str) -> int:
    """Make room behind the last cause of a group. Returns the place."""
    last = Cause.objects.filter(parent__code=group).aggregate(last=Max("position"))["last"]
    place = (last if last is not None else Cause.objects.get(code=group).position) + 1
    Cause.objects.filter(position__gte=place).update(position=F("position") + 1)
    return int(place)
