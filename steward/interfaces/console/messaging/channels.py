"""Accounts by which customers reach us: official accounts, numbers, networks and marketplaces, telephone systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import errors, moment
from steward.modules.messaging.commands import accounts
from steward.modules.messaging.queries import accounts as known
from steward.modules.messaging.rules.accounts import FIELDS, KINDS, Field
from steward.modules.people import queries as people

MANAGE = "messaging.channels"


def kind_words() -> dict[str, str]:
    """Name the kinds of accounts."""
    return {
        "wechat": _("WeChat official account"),
        "sms": _("Number for short messages"),
        "social": _("Network or marketplace"),
        "phone": _("Telephone system"),
        "chat": _("Chat on web pages"),
    }


def _field_words(kind: str, name: str) -> tuple[str, str]:
    """Name a fact about an account, and say where to find it."""
    if kind == "chat":
        return _chat_words()[name]
    words = {
        "app_id": (_("AppID"), _("WeChat: Settings and development → Basic configuration.")),
        "original_id": (_("Original ID (gh_…)"), _("WeChat: Settings → Account details.")),
        "app_secret": (_("AppSecret"), ""),
        "token": (_("Token"), _("Type the same into WeChat's server configuration.")),
        "aes_key": (_("EncodingAESKey"), _("43 characters. With it only sealed messages are believed.")),
        "greeting": (_("Greeting"), _("Said at once to who begins to follow the account.")),
        "acknowledgement": (
            _("Acknowledgement"),
            _("Said at once to who has not written for twelve hours; it does not count as an answer."),
        ),
        "menu": (
            _("Menu"),
            _("A line each: KEY=words. A press on the key is taken as if the customer had written them."),
        ),
        "api_address": (_("Address of the interface"), _("Where it is not the usual one.")),
        "format": (_("Format"), ""),
        "number": (_("Number"), _("As it is shown to people.")),
        "key": (_("Key"), _("Stands in the address to call; at Twilio it is the auth token.")),
        "secret": (_("Secret"), _("Signs every call as Standard Webhooks say; at Weibo it is the App Secret.")),
        "reply_address": (_("Address for answers"), _("Answers are posted there, signed with the same secret.")),
    }
    return words[name]


def _chat_words() -> dict[str, tuple[str, str]]:
    """Name the facts about a chat."""
    return {
        "origins": (
            _("Pages that may show it"),
            _("One origin a line, e.g. https://shop.example; https://*.shop.example for all below it."),
        ),
        "start": (_("Who answers first"), ""),
        "contact": (_("Address or number of the visitor"), ""),
        "team": (_("Team"), _("Outside its hours, and while nobody of it is on shift, visitors get a form.")),
        "colour": (
            _("Colour"),
            _("Of the bubble and of what visitors write, e.g. #206bc4; dark enough for white words."),
        ),
        "languages": (
            _("Languages"),
            _("zh-hans, zh-hant, en; the first is that of the house. Empty means all three."),
        ),
        "greeting": (_("Greeting (Simplified Chinese)"), _("Empty means our own words, in every language.")),
        "greeting_hant": (_("Greeting (Traditional Chinese)"), ""),
        "greeting_en": (_("Greeting (English)"), ""),
        "offline": (_("While nobody is there (Simplified Chinese)"), ""),
        "offline_hant": (_("While nobody is there (Traditional Chinese)"), ""),
        "offline_en": (_("While nobody is there (English)"), ""),
    }


def _format_words() -> dict[str, str]:
    return {
        "aliyun": _("Aliyun"),
        "tencent": _("Tencent Cloud"),
        "twilio": _("Twilio"),
        "standard": _("Standard Webhooks"),
        "weibo": _("Weibo"),
        "person": _("A person"),
        "bot": _("The assistant"),
        "no": _("Not asked for"),
        "ask": _("Asked for before the first message, may be left out"),
    }


@require_GET
@needs(MANAGE)
def channels(request: StaffRequest) -> HttpResponse:
    """List the accounts, and offer to add one of each kind."""
    words = kind_words()
    rows = [(one, words[one.kind], address_of(one.kind, one.code)) for one in known.channel_accounts()]
    facts = {"rows": rows, "kinds": list(words.items())}
    return render(request, "console/messaging/channels.html", facts)


@never_cache
@needs(MANAGE)
def channel_new(request: StaffRequest, kind: str) -> HttpResponse:
    """Add an account."""
    if kind not in KINDS:
        raise errors.NotFound(key=kind)
    if request.method != "POST":
        return _page(request, kind, "", {})
    return _save(request, kind, request.POST.get("code", "").strip().lower(), is_new=True)


@never_cache
@needs(MANAGE)
def channel(request: StaffRequest, code: str) -> HttpResponse:
    """Show one account and change it; its secrets are never shown, only replaced."""
    account = known.channel_account(code)
    if request.method == "POST":
        return _save(request, account.kind, code, is_new=False)
    return _page(request, account.kind, code, account.settings | {"name": account.name}, account=account)


@require_POST
@needs(MANAGE)
def channel_switch(request: StaffRequest, code: str) -> HttpResponse:
    """Switch an account on or off."""
    active = request.POST.get("active") == "1"
    accounts.switch_account(request.actor, code=code, active=active, now=moment.now())
    text = _("Switched on.") if active else _("Switched off.")
    return say(request, text, to=reverse("channel", args=[code]))


def _save(request: StaffRequest, kind: str, code: str, *, is_new: bool) -> HttpResponse:
    typed = {field.name: request.POST.get(field.name, "").replace("\r\n", "\n").strip() for field in FIELDS[kind]}
    name = request.POST.get("name", "").strip()
    account = None if is_new else known.channel_account(code)
    try:
        if is_new and code in {one.code for one in known.channel_accounts()}:
            raise errors.BadInput([{"field": "code", "code": "taken", "message": _("This code is taken.")}])
        made = accounts.save_account(request.actor, kind=kind, code=code, name=name, facts=typed, now=moment.now())
    except errors.BadInput as refusal:
        faults = errors_by_field(refusal.findings)
        return _page(request, kind, code, typed | {"name": name}, account=account, faults=faults)
    if made:
        account = known.channel_account(code)
        return _page(request, kind, code, account.settings | {"name": account.name}, account=account, made=made)
    return say(request, _("Saved."), to=reverse("channel", args=[code]))


def _page(
    request: StaffRequest,
    kind: str,
    code: str,
    typed: Mapping[str, str],
    *,
    account: known.AccountView | None = None,
    faults: Mapping[str, str] | None = None,
    made: Mapping[str, str] | None = None,
) -> HttpResponse:
    found = faults or {}
    facts = {
        "kind": kind,
        "kind_words": kind_words()[kind],
        "code": code,
        "name": typed.get("name", ""),
        "account": account,
        "fields": [_shown(kind, field, typed, account, found) for field in FIELDS[kind]],
        "errors": found,
        "made": [(_field_words(kind, name)[0], secret) for name, secret in (made or {}).items()],
        "address": address_of(kind, code) if account else "",
        "script_tag": f'<script src="{address_of(kind, code)}" async></script>' if account and kind == "chat" else "",
        "origin": settings.PUBLIC_URL,
    }
    return render(request, "console/messaging/channel.html", facts, status=422 if found else 200)


def _shown(
    kind: str, field: Field, typed: Mapping[str, str], account: known.AccountView | None, faults: Mapping[str, str]
) -> dict[str, Any]:
    label, help_ = _field_words(kind, field.name)
    is_known = bool(account and field.name in account.known_secrets)
    if field.secret and is_known:
        help_ = " ".join([help_, _("Kept; leave it empty to keep it so.")]).strip()
    elif field.made:
        help_ = " ".join([help_, _("Left empty, one is made and shown once.")]).strip()
    words = _format_words()
    return {
        "name": field.name,
        "label": label,
        "help": help_,
        "error": faults.get(field.name, ""),
        "value": "" if field.secret else typed.get(field.name, ""),
        "secret": field.secret,
        "long": field.long,
        "required": field.required and not field.made and not is_known,
        "choices": _teams() if field.name == "team" else [(choice, words[choice]) for choice in field.choices],
    }


def _teams() -> list[tuple[str, str]]:
    return [("", _("Any team")), *((one.code, one.name) for one in people.teams())]


def address_of(kind: str, code: str) -> str:
    """Return the address an outside system calls, or browsers load a chat from."""
    if kind == "chat":
        return f"{settings.PUBLIC_URL}{reverse('chat_script', args=[code])}"
    return f"{settings.PUBLIC_URL}{reverse('channel_call', args=[kind, code])}"
