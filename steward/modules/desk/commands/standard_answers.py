"""Keep standard answers (标准应答), and use one on a ticket: what belongs to it is done with it (DSK-7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.restating import MOST_TAGS, restate
from steward.modules.desk.events import MacroSaved, MacroUsed
from steward.modules.desk.models import Macro
from steward.modules.desk.rules import standard_answers as rules
from steward.modules.people import queries as people

LONGEST_TITLE, LONGEST_BODY = 80, 4_000


class NotYours(errors.Refusal):
    """Refuse a standard answer that another team keeps for itself, or that was put away."""

    code = "standard_answer_not_yours"
    status = 403
    message = _("This standard answer is kept for other teams, or was put away.")


class LeftOpen(errors.Refusal):
    """Refuse to send an answer with a variable that nobody filled in."""

    code = "variables_left_open"
    status = 422
    message = _("Fill in what is still open: %(names)s.")


class MacroDraft(Struct, frozen=True, kw_only=True):
    """What a standard answer is to be; texts by language, `teams` empty for everybody."""

    code: str
    titles: dict[str, str]
    bodies: dict[str, str]
    category: str = ""
    sub_reason: str = ""
    tags: tuple[str, ...] = ()
    then: str = ""
    teams: tuple[str, ...] = ()

    @property
    def actions(self) -> dict[str, Any]:
        """Return what is done with the answer; what is empty is left out."""
        wanted = {"category": self.category, "sub_reason": self.sub_reason, "tags": list(self.tags), "then": self.then}
        return {name: value for name, value in wanted.items() if value}


@command(needs="settings.desk")
def save_macro(actor: Actor, *, draft: MacroDraft, now: datetime) -> int:
    """Keep a standard answer, anew or instead of what its code had before; one put away is back. Returns its id.

    Raises: BadInput. Emits: MacroSaved.
    """
    known = {team.code for team in people.teams()}
    findings = rules.faults(draft.code, draft.titles, draft.bodies, draft.then)
    findings += [{"field": "teams", "code": "unknown", "message": team} for team in draft.teams if team not in known]
    if findings:
        raise errors.BadInput(findings)
    row, _is_new = Macro.objects.update_or_create(
        code=draft.code,
        defaults={
            "titles": _kept(draft.titles, LONGEST_TITLE),
            "bodies": _kept(draft.bodies, LONGEST_BODY),
            "actions": draft.actions,
            "teams": list(draft.teams),
            "is_active": True,
            "changed_by": actor.id,
            "changed_at": now,
        },
    )
    events.record(actor, [MacroSaved(macro_id=row.id, code=row.code, active=True)])
    return row.id


def _kept(texts: Mapping[str, str], longest: int) -> dict[str, str]:
    return {one: texts[one].strip()[:longest] for one in rules.LANGUAGES if texts.get(one, "").strip()}


@command(needs="settings.desk")
def retire_macro(actor: Actor, *, code: str, now: datetime) -> None:
    """Put a standard answer away; what was sent with it stays. Raises: NotFound. Emits: MacroSaved."""
    row = Macro.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    if row.is_active:
        row.is_active, row.changed_by, row.changed_at = False, actor.id, now
        row.save(update_fields=["is_active", "changed_by", "changed_at"])
        events.record(actor, [MacroSaved(macro_id=row.id, code=code, active=False)])


@command(needs="tickets.work")
def use_macro(actor: Actor, *, ticket_id: int, code: str, now: datetime) -> str:
    """Do with a ticket what belongs to a standard answer that goes out: category, tags; and count it.

    Returns what is to become of the ticket with the answer ("" nothing). Raises: NotFound, NotYours.
    Emits: MacroUsed, TicketRestated. Locks: the ticket, its clocks.
    """
    row = Macro.objects.filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    team = people.team_of([actor.staff_id]).get(actor.staff_id, "") if actor.staff_id else ""
    if not row.is_active or (row.teams and team not in row.teams):
        raise NotYours
    ticket = lock_tickets([ticket_id])[ticket_id]
    facts: dict[str, Any] = {}
    if category := row.actions.get("category"):
        facts = {"category": category, "sub_reason": row.actions.get("sub_reason", ""), "sorted_by": "person"}
    if tags := row.actions.get("tags"):
        facts["tags"] = list(dict.fromkeys([*ticket.tags, *tags]))[:MOST_TAGS]
    if facts:
        restate(actor, {ticket: facts}, now, f"standard answer {code}")
    Macro.objects.filter(id=row.id).update(uses=F("uses") + 1)
    events.record(actor, [MacroUsed(ticket_id=ticket_id, code=code, simulated=ticket.simulated)])
    return str(row.actions.get("then", ""))


def refuse_left_open(text: str) -> None:
    """Refuse an answer in which a variable still stands. Raises: LeftOpen."""
    if names := rules.variables_in(text):
        raise LeftOpen(names=", ".join(names))
