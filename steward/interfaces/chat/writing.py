"""What a visitor writes: messages with files, how they can be reached, and the form while nobody is there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.chat.door import (
    ACTOR,
    ADDRESS_MESSAGES,
    MESSAGES,
    UnreadableCall,
    answer,
    cleaned,
    door,
    told,
    visit_here,
    where,
)
from steward.interfaces.chat.frame import KIND, language_of
from steward.interfaces.portal import throttle
from steward.interfaces.portal.contact import reached
from steward.kernel import errors, moment, parameters
from steward.modules.customers.commands.uploads import count_uploads
from steward.modules.messaging.commands import chats as commands
from steward.modules.messaging.commands import forms
from steward.modules.messaging.commands.storing import limits, store_parts
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules.channels import Incoming, Part, Sender
from steward.modules.messaging.rules.chats import CLIENT_ID, LONGEST_TEXT, page_facts

MOST_FILES = 5
LONGEST_NAME = 80


@require_POST
@door
def messages(request: HttpRequest, code: str) -> HttpResponse:
    """Take a message with its files; the same again (by the browser's own id) is taken once.

    Raises: ChatClosed, TooMany, TooMuchToday, BadInput, UnreadableCall (as problems).
    """
    visit = visit_here(request, code)
    throttle.hold_back("chat-say", f"visit-{visit.id}", most=parameters.value(MESSAGES))
    throttle.hold_back("chat-say", where(request), most=parameters.value(ADDRESS_MESSAGES))
    uploads = request.FILES.getlist("files") if request.content_type == "multipart/form-data" else []
    given: Any = request.POST if request.content_type == "multipart/form-data" else told(request)
    client_id, text = str(given.get("id") or ""), cleaned(str(given.get("text") or "")).replace("\r\n", "\n").strip()
    _refuse_unfit(client_id, text, [one.size or 0 for one in uploads])
    now = moment.now()
    if uploads and visit.portal_visit_id is not None and visit.customer_id is not None:
        count_uploads(ACTOR, customer_id=visit.customer_id, sizes=[one.size or 0 for one in uploads], now=now)
    parts = [Part(one.name or "", one.read()) for one in uploads]
    files = store_parts(ACTOR, parts=parts, now=now) if parts else []
    commands.say(ACTOR, visit=visit, client_id=client_id, text=text, attachment_ids=files, now=now)
    return answer({"id": client_id}, status=201)


def _refuse_unfit(client_id: str, text: str, sizes: list[int]) -> None:
    """Refuse a message without a name, without words, too long, with too much. Raises: UnreadableCall, BadInput."""
    if not CLIENT_ID.fullmatch(client_id):
        raise UnreadableCall
    found = []
    if not text and not sizes:
        found.append({"field": "text", "code": "missing", "message": _("Write something first.")})
    if len(text) > LONGEST_TEXT:
        found.append({"field": "text", "code": "too_long", "message": _("This is too long.")})
    if len(sizes) > MOST_FILES:
        words = _("%(count)s files at most.") % {"count": MOST_FILES}
        found.append({"field": "files", "code": "too_many", "message": words})
    if any(size > limits().file_bytes for size in sizes):
        found.append({"field": "files", "code": "too_big", "message": _("A file is too big.")})
    if found:
        raise errors.BadInput(found)


@require_POST
@door
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Note how a visitor can be reached. Raises: ChatClosed, BadInput (as problems)."""
    visit, given = visit_here(request, code), told(request)
    throttle.hold_back("chat-contact", where(request), most=parameters.value(throttle.LETTERS))
    name, ways = _reached(given)
    commands.give_contact(
        ACTOR,
        visit_id=visit.id,
        name=name,
        phone=ways.get("phone", ""),
        email=ways.get("email", ""),
        now=moment.now(),
    )
    return HttpResponse(status=204)


@require_POST
@door
def form(request: HttpRequest, code: str) -> HttpResponse:
    """Take in what is left while nobody is there, and acknowledge it; the same form twice is one message.

    It belongs to whoever the address or number belongs to, and is answered there: not in this browser.
    Raises: ChatClosed, NotFound, TooMany, BadInput, UnreadableCall (as problems).
    """
    account = find_account(KIND, code)
    if account is None:
        raise errors.NotFound(key=code)
    visit = visit_here(request, code)
    throttle.count_letter(request)
    given, now = told(request), moment.now()
    client_id, text = str(given.get("id") or ""), str(given.get("text") or "").strip()
    name, ways = _reached(given)
    _refuse_unfit(client_id, text, [])
    if given.get("consent") is not True:
        words = _("We may answer only if you agree.")
        raise errors.BadInput([{"field": "consent", "code": "missing", "message": words}])
    language = language_of(account, request.headers.get("X-Chat-Language", ""), "")
    incoming = Incoming(
        channel="web_form",
        box=code,
        external_id=f"{visit.id}:{client_id}",
        sender=Sender(name=name, **ways),
        at=now,
        text=text,
        language=language,
        facts={"consent_at": now.isoformat(), **page_facts(given)},
    )
    forms.take_form(ACTOR, incoming=incoming, now=now)
    return answer({"id": client_id}, status=201)


def _reached(given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Read name and address or number. Raises: BadInput."""
    name, said = (str(given.get(field) or "").strip() for field in ("name", "contact"))
    ways = reached(said[:120])
    if not ways:
        words = _("Give an e-mail address or a phone number, so that we can answer.")
        raise errors.BadInput([{"field": "contact", "code": "missing", "message": words}])
    return name[:LONGEST_NAME], ways
