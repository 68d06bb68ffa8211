"""Answer a customer or leave a note; drafts, standard answers, and the moment in which an answer can be taken back."""

from __future__ import annotations

import re
from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.going_back import back
from steward.kernel import moment
from steward.modules.desk.commands import answering, attaching, attending, standard_answers
from steward.modules.desk.queries import standard_answers as queries
from steward.modules.desk.queries.ticket import get_ticket, ticket_id
from steward.modules.messaging.rules.channels import Part
from steward.modules.people import queries as people

MOST_FILES = 10
MENTION = re.compile(r"@(\S{1,40})")


@require_POST
@needs("tickets.work")
def ticket_say(request: StaffRequest, number: str) -> HttpResponse:
    """Send an answer or leave a note; what was written is kept as a draft where it is refused."""
    id_, now = ticket_id(number), moment.now()
    kind, text, macro = request.POST.get("kind", "reply"), request.POST.get("text", ""), request.POST.get("macro", "")
    attending.save_draft(request.actor, ticket_id=id_, kind=kind, text=text, macro=macro, now=now)
    files = _files(request, now)
    if kind == "note":
        mentions = _mentioned(text)
        answering.note_ticket(request.actor, ticket_id=id_, text=text, mentions=mentions, attachments=files, now=now)
        said = _("Noted.")
    else:
        _answer(request, id_, text, macro[:40], files, now)
        said = _("It leaves in a moment; you can still take it back.")
    attending.drop_draft(request.actor, ticket_id=id_)
    return back(request, number, said, tone="info" if kind == "reply" else "success")


def _answer(request: StaffRequest, id_: int, text: str, macro: str, files: list[int], now: datetime) -> None:
    standard_answers.refuse_left_open(text)
    draft = answering.AnswerDraft(
        text=text,
        then=request.POST.get("then", "")[:20],
        conversation_id=row_number(request.POST.get("conversation", "")),
        attachment_ids=tuple(files),
        seen_message_id=row_number(request.POST.get("seen", "")),
    )
    answering.answer_ticket(request.actor, ticket_id=id_, draft=draft, now=now)
    if macro:
        standard_answers.use_macro(request.actor, ticket_id=id_, code=macro, now=now)


def _files(request: StaffRequest, now: datetime) -> list[int]:
    uploads = request.FILES.getlist("files")[:MOST_FILES]
    parts = [Part(filename=one.name or "", content=one.read()) for one in uploads]
    return attaching.attach_files(request.actor, parts=parts, now=now)


def _mentioned(text: str) -> list[int]:
    """Find the colleagues a note names with @: by user name or by name."""
    wanted = {word.strip("，。,.:：;；!！?？)）") for word in MENTION.findall(text)}
    if not wanted:
        return []
    return [one.id for one in people.staff_list() if one.username in wanted or one.name in wanted]


@require_POST
@needs("tickets.work")
def ticket_draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what is being written."""
    attending.save_draft(
        request.actor,
        ticket_id=ticket_id(number),
        kind=request.POST.get("kind", "reply"),
        text=request.POST.get("text", ""),
        macro=request.POST.get("macro", ""),
        now=moment.now(),
    )
    return HttpResponse(status=204)


@require_POST
@needs("tickets.work")
def ticket_take_back(request: StaffRequest, number: str, message_id: int) -> HttpResponse:
    """Take an answer back before it leaves; its words are in the composer again."""
    now = moment.now()
    text = answering.take_back_answer(request.actor, message_id=message_id, now=now)
    attending.save_draft(request.actor, ticket_id=ticket_id(number), kind="reply", text=text, now=now)
    return back(request, number, _("Taken back. Your words are in the composer."), tone="info")


@require_GET
@needs("tickets.work")
def ticket_macros(request: StaffRequest, number: str) -> HttpResponse:
    """Give the composer the standard answers this person may use, filled in for the ticket."""
    view = get_ticket(number)
    names = people.actor_names([request.actor.id])
    values = queries.values_for(view, names.get(request.actor.id, ""))
    found = [
        {"code": one.code, "title": one.title, "text": queries.filled_for(one, view, values), "then": one.then}
        for one in queries.macros_for(request.actor.staff_id)
    ]
    return JsonResponse({"macros": found})
