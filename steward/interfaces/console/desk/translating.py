"""Read customers, and write to them, in another language."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import back, typed
from steward.kernel import errors, moment
from steward.modules.desk.commands import attending, translating
from steward.modules.desk.queries import translations
from steward.modules.desk.queries.ticket import MessageView, TicketView, ticket_id
from steward.modules.desk.rules.flows import LANGUAGES
from steward.modules.desk.rules.words import language_of
from steward.modules.messaging.queries.words import LOCALES

OF_CUSTOMERS = {"zh": "zh-hans"}


@require_POST
@needs("tickets.work")
def ticket_translate(request: StaffRequest, number: str, message_id: int) -> HttpResponse:
    """Have a message translated into the reader's language; it appears below the message."""
    id_, language, now = ticket_id(number), get_language() or LANGUAGES[0], moment.now()
    translating.translate_message(request.actor, ticket_id=id_, message_id=message_id, language=language, now=now)
    return back(request, number, _("Being translated."), tone="info")


@require_POST
@needs("tickets.work")
def ticket_translate_draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what is written as a draft and have it translated into the chosen language."""
    id_, now, text = ticket_id(number), moment.now(), request.POST.get("text", "")
    attending.save_draft(request.actor, ticket_id=id_, kind="reply", text=text, now=now)
    language = typed(request, "into", 10)
    translating.translate_draft(request.actor, ticket_id=id_, text=text, language=language, now=now)
    return back(request, number, _("Being translated."), tone="info")


@require_POST
@needs("tickets.work")
def ticket_use_translation(request: StaffRequest, number: str) -> HttpResponse:
    """Put the translation into the composer in place of what was written, or forget it."""
    id_ = ticket_id(number)
    found = translations.translated_draft(id_, request.actor.staff_id)
    if found is None:
        raise errors.NotFound(key=number)
    if request.POST.get("act") == "use" and found.state == "done":
        attending.save_draft(request.actor, ticket_id=id_, kind="reply", text=found.text, now=moment.now())
    translating.drop_translation(request.actor, ticket_id=id_)
    return back(request, number, _("It is in the composer."), tone="info")


def translations_for(request: StaffRequest, view: TicketView, messages: list[MessageView]) -> dict[str, Any]:
    """Collect what the pane shows of translations; nothing where nobody translates."""
    if translating.translator() is None:
        return {"translates": False, "translated": {}, "translated_draft": None}
    mine = get_language() or LANGUAGES[0]
    found = translations.translations_of([one.id for one in messages], mine)
    foreign = {
        one.id: found.get(one.id)
        for one in messages
        if one.kind == "inbound" and one.text.strip() and language_of(one.text) != mine[:2]
    }
    heard = next((language_of(one.text) for one in reversed(messages) if one.kind == "inbound"), "")
    return {
        "translates": not view.simulated,
        "translated": foreign,
        "translated_draft": translations.translated_draft(view.id, request.actor.staff_id),
        "tongues": [(code, LOCALES[code]) for code in LANGUAGES],
        "heard_in": OF_CUSTOMERS.get(heard, heard),
        "locales": LOCALES,
    }
