"""The contact form: whoever has a question writes it here, without an account and without a link."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steward.interfaces.portal import throttle
from steward.interfaces.portal.doors import door
from steward.kernel import errors, moment, parameters
from steward.kernel.actor import system
from steward.modules.customers.queries.search import canonical_phone
from steward.modules.messaging.commands.receiving import receive
from steward.modules.messaging.commands.storing import limits
from steward.modules.messaging.rules.channels import Incoming, Part, Sender

ACTOR = system("portal.contact")
BOX = "contact"
SALT = "portal.contact"
FORM_LIVES_S = 24 * 3600
LONGEST = {"name": 80, "contact": 120, "order_number": 80, "text": 4_000}
MOST_PICTURES = parameters.define(
    "portal.contact_pictures", 5, unit="", label=gettext_lazy("Pictures a contact form takes"), minimum=0, maximum=20
)
# The field no person sees; programs fill it in.
TRAP = "home_page"


class Unreadable(errors.Refusal):
    """Refuse a form that is too big or broken."""

    code = "unreadable_form"
    status = 413
    message = gettext_lazy("The form could not be read; the pictures may be too big. Try it with smaller ones.")


@require_http_methods(["GET", "HEAD", "POST"])
@door
def contact(request: HttpRequest) -> HttpResponse:
    """Show the form, and take in what was written; the same form sent twice is one message.

    Raises: TooMany, Unreadable (as pages).
    """
    if request.method != "POST":
        return _page(request, {})
    throttle.count_letter(request)
    try:
        typed = {name: request.POST.get(name, "").strip() for name in LONGEST} | {
            "consent": request.POST.get("consent")
        }
        pictures = request.FILES.getlist("pictures")
    except (RequestDataTooBig, MultiPartParserError) as error:
        raise Unreadable from error
    if request.POST.get(TRAP):
        return _page(request, {}, done=True)  # whoever fills that in learns nothing
    faults = _faults(typed, [picture.size or 0 for picture in pictures])
    if faults:
        return _page(request, typed, faults=faults)
    parts = tuple(Part(picture.name or "picture", picture.read()) for picture in pictures)
    now = moment.now()
    receive(ACTOR, incoming=[_incoming(typed, parts, _form_id(request.POST.get("form", "")), now)], now=now)
    return _page(request, {}, done=True)


def _form_id(mark: str) -> str:
    """Read which showing of the form this is; one that is too old, or none of ours, counts as another."""
    try:
        return str(signing.loads(mark, salt=SALT, max_age=FORM_LIVES_S))
    except signing.BadSignature:
        return secrets.token_hex(16)


def _faults(typed: Mapping[str, Any], sizes: list[int]) -> dict[str, str]:
    found = {name: _("This is too long.") for name, most in LONGEST.items() if len(typed[name]) > most}
    if not reached(typed["contact"]):
        found["contact"] = _("Give an e-mail address or a phone number, so that we can answer.")
    if not typed["text"]:
        found["text"] = _("Write what it is about.")
    if not typed["consent"]:
        found["consent"] = _("We may answer only if you agree.")
    if len(sizes) > parameters.value(MOST_PICTURES):
        found["pictures"] = _("%(count)s pictures at most.") % {"count": parameters.value(MOST_PICTURES)}
    elif any(size > limits().file_bytes for size in sizes):
        found["pictures"] = _("A picture is too big.")
    return found


def reached(contact: str) -> dict[str, str]:
    """Tell an e-mail address from a phone number; empty where it is neither."""
    name, at, domain = contact.partition("@")
    if at:
        return {"email": contact} if name and "." in domain.strip(".") and not set(contact) & set(" <>,;") else {}
    phone = canonical_phone(contact)
    return {"phone": phone} if phone else {}


def _incoming(typed: Mapping[str, Any], parts: tuple[Part, ...], form_id: str, now: datetime) -> Incoming:
    return Incoming(
        channel="web_form",
        box=BOX,
        external_id=form_id,
        sender=Sender(name=typed["name"], **reached(typed["contact"])),
        at=now,
        text=typed["text"].replace("\r\n", "\n"),
        order_number=typed["order_number"],
        language=(get_language() or "")[:10],
        facts={"consent_at": now.isoformat()},
        parts=parts,
    )


def _page(
    request: HttpRequest, typed: Mapping[str, Any], *, faults: Mapping[str, str] | None = None, done: bool = False
) -> HttpResponse:
    facts = {
        "typed": typed,
        "errors": faults or {},
        "done": done,
        "form": signing.dumps(secrets.token_hex(16), salt=SALT) if not faults else request.POST.get("form", ""),
        "trap": TRAP,
        "most": parameters.value(MOST_PICTURES),
    }
    return render(request, "portal/contact.html", facts, status=422 if faults else 200)
