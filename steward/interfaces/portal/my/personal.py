"""Me: what is kept, taken along as a file, what one hears from us, asking to be forgotten; and where help is."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.interfaces.chat.passes import chat_pass
from steward.interfaces.portal import throttle
from steward.interfaces.portal.my.door import CUSTOMER, MyRequest, mine
from steward.interfaces.portal.preferences import show_preferences
from steward.kernel.errors import NotFound
from steward.modules.customers.queries import words as ways
from steward.modules.customers.queries.own import OwnIdentity, own_data
from steward.modules.desk.commands.erasure_wishes import wish_erasure
from steward.modules.desk.commands.opening import TicketDraft
from steward.modules.desk.queries.erasure_wishes import is_erasure_asked
from steward.modules.messaging.queries.accounts import channel_accounts
from steward.modules.messaging.queries.own import own_messages, own_words
from steward.modules.messaging.queries.readers import preference
from steward.modules.orders.queries.own import count_own, own_orders
from steward.modules.payments.queries.wallets import wallet_history, wallet_of
from steward.modules.people.queries.stations import appointments_of_customers
from steward.modules.returns.queries.own import own_cases

BOX = "portal"
ERASE = gettext_lazy("A customer asks to be erased (signed in, customer no. %(id)s)")
EXPORTS_A_MINUTE = 3
MOST = 500


@require_safe
@mine
def me(request: MyRequest) -> HttpResponse:
    """Show what is kept of this person, in clear: it is theirs."""
    members = request.visit.members
    kept = own_data(members)
    known: dict[tuple[str, str], OwnIdentity] = {}
    for one in kept:
        for identity in one.identities:
            known.setdefault((identity.kind, identity.value), identity)
    facts = {
        "names": list(dict.fromkeys(one.name for one in kept if one.name)),
        "known": [(ways.kind(kind), value, identity) for (kind, value), identity in known.items() if value],
        "since": min((one.since for one in kept), default=None),
        "orders": count_own(members),
        "asked": is_erasure_asked(members),
        "said": request.GET.get("said", ""),
    }
    return render(request, "portal/my/me.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def my_preferences(request: MyRequest) -> HttpResponse:
    """Show and keep what this person hears from us."""
    return show_preferences(request, request.visit.customer_id)


@require_safe
@mine
def export(request: MyRequest) -> HttpResponse:
    """Give everything that is kept of this person as a file that programs can read, too.

    Source: CUS-6 (PIPL art. 45, GDPR art. 20).
    """
    throttle.hold_back("my-export", f"{request.visit.visit_id}", most=EXPORTS_A_MINUTE)
    members = request.visit.members
    everything: dict[str, Any] = {
        "made_at": request.now,
        "person": own_data(members),
        "orders": own_orders(members),
        "written_to_us": own_words(members),
        "sent_by_us": own_messages(members),
        "requests": own_cases(members, limit=MOST),
        "appointments": appointments_of_customers(members, limit=MOST),
        "wallet": wallet_of(members, now=request.now),
        "wallet_history": wallet_history(members, limit=MOST),
        "preferences": preference(request.visit.customer_id),
    }
    response = HttpResponse(msgspec.json.format(msgspec.json.encode(everything)), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="steward-data.json"'
    return response


@require_POST
@mine
def ask_erasure(request: MyRequest) -> HttpResponse:
    """Let somebody see to it that this person is erased: a ticket, never at once. Raises: AskedAlready (as a page).

    Source: CUS-6 (PIPL art. 47); open orders and what the law keeps have to be looked at by a person.
    """
    if request.POST.get("sure") != "1":
        return redirect("my_data")
    with translation.override(settings.LANGUAGE_CODE):
        subject = ERASE % {"id": request.visit.customer_id}
    draft = TicketDraft(
        channel="web_form",
        box=BOX,
        subject=subject,
        text=request.POST.get("words", "").strip()[:2000] or subject,
        customer_id=request.visit.customer_id,
        language=(get_language() or "")[:10],
        mine=False,
    )
    wish_erasure(CUSTOMER, draft=draft, family=request.visit.members, now=request.now)
    return redirect("my_data")


@require_safe
@mine
def my_help(request: MyRequest) -> HttpResponse:
    """Show how to reach somebody: the chat where there is one, the form always."""
    chats = [one.code for one in channel_accounts("chat") if one.active]
    facts = {
        "chat": chats[0] if chats else "",
        "chat_pass": chat_pass(request.visit.visit_id) if chats else "",
        "title": _("Help"),
    }
    return render(request, "portal/my/help.html", facts)


@mine
def nothing(request: MyRequest, rest: str) -> HttpResponse:
    """Say that there is nothing here. Raises: NotFound (as a page)."""
    raise NotFound(key=rest)
