"""The editor of texts: what a message says in three languages, with preview, versions and a test to oneself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import errors, moment
from steward.modules.messaging.commands import approving, templates
from steward.modules.messaging.queries import approved, rendering, words
from steward.modules.messaging.queries import texts as known
from steward.modules.messaging.rules import approved as approved_rules
from steward.modules.messaging.rules import catalogue, placeholders
from steward.modules.people import queries as people

EDIT = "messaging.templates"


@needs(EDIT)
def message_texts(request: StaffRequest) -> HttpResponse:
    """List the kinds of messages and how each goes out."""
    carrier = approved.carrier_in_use()
    missing: dict[str, list[Any]] = {}
    for code, locale in approved.missing_codes(carrier):
        missing.setdefault(code, []).append(words.LOCALES[locale])
    rows = [
        (kind, words.kind(kind.code), [words.CHANNELS[one] for one in kind.channels], missing.get(kind.code, []))
        for kind in known.kinds()
    ]
    groups = [
        (_("To customers"), [row for row in rows if row[0].audience == "customer"]),
        (_("To staff"), [row for row in rows if row[0].audience == "staff"]),
    ]
    facts = {"groups": groups, "carrier": words.CARRIERS.get(carrier, ""), "has_missing": bool(missing)}
    return render(request, "console/messaging/texts.html", facts)


@needs(EDIT)
def message_text(request: StaffRequest, kind: str) -> HttpResponse:
    """Show one text with its preview, save a new version, or send it to oneself."""
    view = known.kind(kind)
    channel = request.GET.get("channel", "")
    channel = channel if channel in view.text_channels else view.text_channels[0]
    locale = request.GET.get("locale", "")
    locale = locale if locale in catalogue.LOCALES else catalogue.LOCALES[0]
    versions = known.versions(kind, channel, locale)
    typed = {"subject": versions[0].subject, "body": versions[0].body, "reason": ""}
    if request.method != "POST":
        return _page(request, view, channel, locale, versions, typed)
    typed = {name: request.POST.get(name, "") for name in typed}
    here = f"{reverse('message_text', args=[kind])}?channel={channel}&locale={locale}"
    where: dict[str, Any] = {"code": kind, "channel": channel, "locale": locale}
    where |= {"subject": typed["subject"], "body": typed["body"]}
    try:
        if request.POST.get("what") == "test":
            receipt = templates.send_test(request.actor, **where, now=moment.now())
            sent = receipt.outcome == "sent"
            text = _("Sent to your own address.") if sent else _("The mail server did not take it: %(why)s")
            messages.add_message(request, 25 if sent else 30, text % {"why": receipt.detail} if not sent else text)
            return _page(request, view, channel, locale, versions, typed)
        seen = request.POST.get("seen", "")
        version = templates.save_template(
            request.actor, **where, reason=typed["reason"], seen_version=int(seen) if seen.isdecimal() else 0
        )
    except errors.BadInput as refusal:
        return _page(request, view, channel, locale, versions, typed, errors_by_field(refusal.findings))
    return say(request, _("Version %(version)s counts from now on.") % {"version": version}, to=here)


def _page(
    request: StaffRequest,
    kind: known.KindView,
    channel: str,
    locale: str,
    versions: list[known.VersionView],
    typed: dict[str, str],
    faults: dict[str, str] | None = None,
) -> HttpResponse:
    names = catalogue.KINDS[kind.code].names
    facts = {
        "kind": kind,
        "title": words.kind(kind.code),
        "channel": channel,
        "locale": locale,
        "channels": [(code, words.CHANNELS[code], code == channel) for code in kind.text_channels],
        "locales": [(code, label, code == locale) for code, label in words.LOCALES.items()],
        "with_subject": channel in catalogue.WITH_SUBJECT,
        "typed": typed,
        "errors": faults or {},
        "versions": versions,
        "writers": people.actor_names(version.saved_by for version in versions),
        "placeholders": [f"{{{{{name}}}}}" for name in names],
        "previews": previews(kind.code, channel, {locale: (typed["subject"], typed["body"])}),
        "approvers": _approvers(kind.code, locale) if channel == approved_rules.SMS else [],
        "choices": [(code, words.CHANNELS[code], code in kind.channels) for code in _sendable(kind)],
    }
    return render(request, "console/messaging/text.html", facts, status=422 if faults else 200)


def _approvers(kind: str, locale: str) -> list[dict[str, Any]]:
    """List the carriers that send approved texts only, with their code of this text; the one in use first."""
    in_use = approved.carrier_in_use()
    known_codes = {view.carrier: view for view in approved.approved_texts(kind=kind, locale=locale)}
    found = [
        {
            "carrier": carrier,
            "label": words.CARRIERS[carrier],
            "sample": approver.sample,
            "in_use": carrier == in_use,
            "view": known_codes.get(carrier),
        }
        for carrier, approver in approved_rules.APPROVERS.items()
    ]
    return sorted(found, key=lambda one: not one["in_use"])


def _sendable(kind: known.KindView) -> list[str]:
    """List the channels to choose from, those in use first and in their order."""
    possible = catalogue.CUSTOMER_CHANNELS if kind.audience == "customer" else ("email",)
    return [*kind.channels, *(channel for channel in possible if channel not in kind.channels)]


def previews(code: str, channel: str, typed: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Show a text in every language on sample facts: what is being typed in its own, the versions that count else."""
    saved = rendering.texts([code])
    found = []
    for locale, label in words.LOCALES.items():
        text = saved[code, channel, locale]
        subject, body = typed.get(locale, (text.subject, text.body))
        faults = placeholders.faults(catalogue.KINDS[code], channel, subject=subject, body=body)
        shown = None if faults else rendering.preview(code, channel, locale, subject=subject, body=body)
        parts = placeholders.sms_parts(shown.body) if shown and channel == "sms" else 0
        why = [templates.fault_words(catalogue.KINDS[code], fault) for fault in faults]
        found.append({"label": label, "locale": locale, "shown": shown, "parts": parts, "faults": why})
    return found


@require_POST
@needs(EDIT)
def text_preview(request: StaffRequest, kind: str) -> HttpResponse:
    """Show what is being typed, in all languages, as it would be read."""
    view = known.kind(kind)
    channel, locale = request.POST.get("channel", ""), request.POST.get("locale", "")
    if channel not in view.text_channels or locale not in catalogue.LOCALES:
        raise errors.NotFound(key=kind)
    typed = {locale: (request.POST.get("subject", ""), request.POST.get("body", "").replace("\r\n", "\n"))}
    return render(request, "console/messaging/_previews.html", {"previews": previews(kind, channel, typed)})


@require_POST
@needs(EDIT)
def text_code(request: StaffRequest, kind: str) -> HttpResponse:
    """Save the code under which a carrier has approved a text."""
    locale = request.POST.get("locale", "")
    here = f"{reverse('message_text', args=[known.kind(kind).code])}?channel={approved_rules.SMS}&locale={locale}"
    draft = approved_rules.CodeDraft(
        carrier=request.POST.get("carrier", ""),
        kind=kind,
        locale=locale,
        carrier_code=request.POST.get("carrier_code", ""),
    )
    reason = request.POST.get("reason", "")
    try:
        changed = approving.save_approved_codes(request.actor, codes=[draft], reason=reason, now=moment.now())
    except errors.BadInput as refusal:
        for finding in refusal.findings:
            messages.warning(request, str(finding["message"]))
        return redirect(here)
    return say(request, _("Saved.") if changed else _("Nothing has changed."), to=here)


@require_POST
@needs(EDIT)
def kind_sending(request: StaffRequest, kind: str) -> HttpResponse:
    """Change how a kind of message goes out: channels in order, how long it makes sense, the night, on or off."""
    hours = request.POST.get("expires_after_h", "")
    channels = [code for code in request.POST.getlist("channels") if code]
    if (first := request.POST.get("first", "")) in channels:
        channels = [first, *(code for code in channels if code != first)]
    try:
        templates.set_kind(
            request.actor,
            code=kind,
            channels=channels,
            expires_after_h=int(hours) if hours.isdecimal() and len(hours) < 6 else 0,
            waits_for_day=request.POST.get("waits_for_day") == "on",
            active=request.POST.get("active") == "on",
        )
    except errors.BadInput as refusal:
        for finding in refusal.findings:
            messages.warning(request, str(finding["message"]))
        return redirect("message_text", kind)
    return say(request, _("Saved."), to=reverse("message_text", args=[kind]))
