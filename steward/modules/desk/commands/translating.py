"""Have what customers say, or what is to be said to them, translated: asked here, done by a worker, kept (DSK-7).

Nothing leaves the house unless the operator switched a translator on; phones, addresses and numbers never do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from steward.kernel import errors, events, gate, moment, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.events import WordsTranslated
from steward.modules.desk.models import Message, Ticket, Translation
from steward.modules.desk.ports import NotTranslated, Translator
from steward.modules.desk.rules.flows import LANGUAGES
from steward.modules.desk.rules.masking import masked, unmasked

NEEDS = "tickets.work"
TASK = "desk.translate"
LONGEST = 6_000


class NoTranslator(errors.Refusal):
    """Refuse to translate where the operator switched no translator on."""

    code = "no_translator"
    status = 409
    message = _("No translator is switched on here.")


class NothingToTranslate(errors.Refusal):
    """Refuse what has no words, too many, or no language we know."""

    code = "nothing_to_translate"
    status = 422
    message = _("Translate a text of at most 6,000 characters into a language spoken here.")


def translator() -> Translator | None:
    """Find who translates here; nobody unless the operator wants it."""
    found: Translator | None = ports.bound("desk.translator")()
    return found


@command(needs=NEEDS)
def translate_message(actor: Actor, *, ticket_id: int, message_id: int, language: str, now: datetime) -> int:
    """Ask for a message of a ticket in another language; one that is there or under way already is not asked again.

    Returns the translation's id. Raises: NotFound, NoTranslator, NothingToTranslate. Locks: the ticket's message.
    """
    mine = Message.objects.select_for_update(of=("self",)).select_related("ticket")
    row = mine.filter(id=message_id, ticket_id=ticket_id).first()
    if row is None or row.kind not in ("inbound", "reply"):
        raise errors.NotFound(key=message_id)
    known = Translation.objects.filter(message=row, language=language).exclude(state="failed").first()
    if known is not None:
        return known.id
    _check(row.ticket, row.text, language)
    return _ask({"message": row, "language": language}, {"ticket": row.ticket, "source": row.text}, now)


@command(needs=NEEDS)
def translate_draft(actor: Actor, *, ticket_id: int, text: str, language: str, now: datetime) -> int:
    """Ask for what somebody is writing in the customer's language; the last wish of each person counts.

    Returns the translation's id. Raises: NotFound, NoTranslator, NothingToTranslate.
    """
    ticket = Ticket.objects.filter(id=ticket_id).first()
    if ticket is None or actor.staff_id is None:
        raise errors.NotFound(key=ticket_id)
    _check(ticket, text, language)
    key = {"ticket": ticket, "staff_id": actor.staff_id, "message": None}
    return _ask(key, {"language": language, "source": text.strip()}, now)


def _check(ticket: Ticket, text: str, language: str) -> None:
    if translator() is None or not gate.may_leave(simulated=ticket.simulated):
        raise NoTranslator
    if language not in LANGUAGES or not 0 < len(text.strip()) <= LONGEST:
        raise NothingToTranslate


def _ask(key: dict[str, Any], facts: dict[str, Any], now: datetime) -> int:
    fresh = {"state": "asked", "text": "", "error": "", "asked_at": now, "settled_at": None}
    row, _made = Translation.objects.update_or_create(**key, defaults=facts | fresh)
    app.configure_task(TASK, queue="translation").defer(translation_id=row.id)
    return row.id


def carry_out(actor: Actor, *, translation_id: int) -> bool:
    """Have one text translated and keep what came; for workers, outside any transaction. Returns whether it worked.

    What cannot be translated is marked with why, and asked for again by a person. Emits: WordsTranslated.
    """
    row = Translation.objects.select_related("ticket").filter(id=translation_id, state="asked").first()
    if row is None or not row.source.strip():
        return False
    there = translator()
    try:
        if there is None or not gate.may_leave(simulated=row.ticket.simulated):
            raise NotTranslated("switched off")
        text, parts = masked(row.source)
        settled = {"text": unmasked(there.translate(text, to=row.language), parts), "state": "done", "by": there.name}
    except NotTranslated as failure:
        settled = {"state": "failed", "error": str(failure)[:300]}
    source, language = row.source, row.language
    return settle_translation(
        actor, translation_id=row.id, source=source, language=language, settled=settled, now=moment.now()
    )


@command(needs="desk.take_in")
def settle_translation(
    actor: Actor, *, translation_id: int, source: str, language: str, settled: dict[str, str], now: datetime
) -> bool:
    """Keep what came of a translation, unless another text or language was asked for meanwhile.

    Emits: WordsTranslated, of the ticket in which the message is read now.
    """
    wanted = Translation.objects.filter(id=translation_id, state="asked", source=source, language=language)
    if not wanted.update(**settled, settled_at=now):
        return False
    row = Translation.objects.select_related("ticket", "message").get(id=translation_id)
    told = WordsTranslated(
        ticket_id=row.message.ticket_id if row.message else row.ticket_id,
        message_id=row.message_id,
        language=row.language,
        state=row.state,
        simulated=row.ticket.simulated,
    )
    events.record(actor, [told])
    return row.state == "done"


@command(needs=NEEDS)
def drop_translation(actor: Actor, *, ticket_id: int) -> None:
    """Forget the translation of what somebody was writing."""
    Translation.objects.filter(ticket_id=ticket_id, staff_id=actor.staff_id or 0, message=None).delete()
