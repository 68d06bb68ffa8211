"""Watched mailboxes: list, add, change, and try whether they can be read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from msgspec import structs

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.messaging.commands import mailboxes
from steward.modules.messaging.queries import mailboxes as known
from steward.modules.messaging.rules.mailboxes import MailboxDraft

MANAGE = "messaging.mailboxes"
WORDS = (
    "code", "address", "host", "security", "login", "folder", "done_folder", "shop_code", "order_mapping",
    "order_senders",
)  # fmt: skip
TICKS = ("has_plus", "takes_old", "active")
EMPTY = MailboxDraft(code="", address="", host="")


@never_cache
@require_GET
@needs(MANAGE)
def mailbox_list(request: StaffRequest) -> HttpResponse:
    """List the watched mailboxes and how it goes there."""
    return render(request, "console/messaging/mailboxes.html", {"rows": known.mailboxes()})


@never_cache
@needs(MANAGE)
def mailbox_new(request: StaffRequest) -> HttpResponse:
    """Add a mailbox."""
    if request.method != "POST":
        return _form(request, EMPTY)
    return _saved(request, request.POST.get("code", "").strip(), is_new=True)


@never_cache
@needs(MANAGE)
def mailbox(request: StaffRequest, code: str) -> HttpResponse:
    """Show one mailbox and change it; its password is never shown again."""
    found = known.mailbox(code)
    if request.method == "POST":
        return _saved(request, code, view=found)
    names = [name for name in MailboxDraft.__struct_fields__ if name != "password"]
    return _form(request, MailboxDraft(**{name: getattr(found, name) for name in names}), view=found)


def _saved(
    request: StaffRequest, code: str, *, is_new: bool = False, view: known.MailboxView | None = None
) -> HttpResponse:
    typed = _typed(request, code)
    try:
        mailboxes.save_mailbox(request.actor, draft=typed, is_new=is_new)
    except errors.BadInput as refusal:
        return _form(request, typed, view=view, faults=errors_by_field(refusal.findings))
    return say(request, _("Saved."), to=reverse("mailbox", args=[code]))


def _typed(request: StaffRequest, code: str) -> MailboxDraft:
    words = {name: request.POST.get(name, "").strip() for name in WORDS}
    ticks = {name: name in request.POST for name in TICKS}
    port = request.POST.get("port", "")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 7 else 0
    return MailboxDraft(**(words | {"code": code}), **ticks, port=number, password=request.POST.get("password", ""))  # type: ignore[arg-type]


def _form(
    request: StaffRequest,
    draft: MailboxDraft,
    *,
    view: known.MailboxView | None = None,
    faults: dict[str, str] | None = None,
) -> HttpResponse:
    securities = (("tls", _("TLS (usual: port 993)")), ("starttls", "STARTTLS"), ("none", _("none (only inside)")))
    facts = {
        "draft": structs.replace(draft, password=""),
        "view": view,
        "errors": faults or {},
        "securities": [(code, label, code == draft.security) for code, label in securities],
        "shops": [(shop.code, shop.name, shop.code == draft.shop_code) for shop in catalog.shops()],
    }
    return render(request, "console/messaging/mailbox.html", facts, status=422 if faults else 200)


@require_POST
@needs(MANAGE)
def mailbox_try(request: StaffRequest, code: str) -> HttpResponse:
    """Sign in and open the folder, as fetching would, and say what came of it."""
    tried = mailboxes.try_mailbox(request.actor, mailbox_id=known.mailbox(code).id)
    to = reverse("mailbox", args=[code])
    if tried.why:
        return say(request, _("It cannot be read: %(why)s") % {"why": tried.why}, tone="danger", to=to)
    text = ngettext(
        "It can be read; %(count)d letter lies there.", "It can be read; %(count)d letters lie there.", tried.letters
    )
    return say(request, text % {"count": tried.letters}, to=to)
