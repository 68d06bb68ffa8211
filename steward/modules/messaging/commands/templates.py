"""Keep the texts of messages: every change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands import sending
from steward.modules.messaging.events import KindChanged, TemplateSaved
from steward.modules.messaging.models import MessageKind, Template
from steward.modules.messaging.ports import Mail, Receipt
from steward.modules.messaging.queries import rendering
from steward.modules.messaging.rules import catalogue, placeholders
from steward.modules.people import queries as people

EDIT = "messaging.templates"
LONGEST_LIFE_H = 24 * 90


class NoOwnAddress(errors.Refusal):
    """Refuse a test to somebody without an e-mail address."""

    code = "no_own_address"
    status = 409
    message = gettext_lazy("Your account has no e-mail address. Ask an administrator to add one.")


@command(needs=EDIT)
def save_template(
    actor: Actor, *, code: str, channel: str, locale: str, subject: str, body: str, reason: str, seen_version: int
) -> int:
    """Put a new version of a text in force; return its number. The same text again changes nothing.

    Raises: NotFound, BadInput with every finding, Stale when somebody saved meanwhile. Emits: TemplateSaved.
    """
    kind = catalogue.KINDS.get(code)
    if kind is None or channel not in kind.channels or locale not in catalogue.LOCALES:
        raise errors.NotFound(key=f"{code}/{channel}/{locale}")
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    if channel not in catalogue.WITH_SUBJECT:
        subject = ""
    check_text(kind, channel, subject=subject, body=body, reason=reason)
    MessageKind.objects.select_for_update().get(code=code)
    texts = Template.objects.filter(code=code, channel=channel, locale=locale)
    last = texts.aggregate(last=Max("version"))["last"] or 0
    if last != seen_version:
        raise errors.Stale
    if texts.filter(version=last, subject=subject, body=body).exists():
        return int(last)
    row = Template.objects.create(
        code=code, channel=channel, locale=locale, version=last + 1, subject=subject, body=body,
        saved_by=actor.id, reason=reason.strip()[:200],
    )  # fmt: skip
    saved = TemplateSaved(
        template_id=row.id, code=code, channel=channel, locale=locale, version=row.version, reason=row.reason
    )
    events.record(actor, [saved])
    return row.version


def check_text(kind: catalogue.Kind, channel: str, *, subject: str, body: str, reason: str = "-") -> None:
    """Refuse a text that could not be sent, with every finding at once. Raises: BadInput."""
    findings: list[dict[str, Any]] = [
        {"field": fault.field, "code": fault.code, "message": fault_words(kind, fault)}
        for fault in placeholders.faults(kind, channel, subject=subject, body=body)
    ]
    if not reason.strip():
        why = _("Say why, in a few words: who comes after you reads it.")
        findings.append({"field": "reason", "code": "empty", "message": why})
    if findings:
        raise errors.BadInput(findings)


def fault_words(kind: catalogue.Kind, fault: placeholders.Fault) -> str:
    """Say what is wrong with a text and how to mend it."""
    if fault.code == "unknown_placeholder":
        known = " ".join(f"{{{{{name}}}}}" for name in kind.names)
        return _("“%(name)s” is not known here. You can use: %(known)s") % {"name": fault.detail, "known": known}
    if fault.code == "too_long":
        return _("Too long: %(most)s characters at most.") % {"most": fault.detail}
    words = {
        "empty": _("This must not be empty."),
        "line_break": _("A subject is one line."),
        "broken_braces": _("Braces do not match. A placeholder looks like this: {{order_number}}"),
        "missing_link": _("This message needs {{link}}, so that the customer can answer."),
    }
    return words[fault.code]


@command(needs=EDIT)
def set_kind(
    actor: Actor, *, code: str, channels: Sequence[str], expires_after_h: int, waits_for_day: bool, active: bool
) -> None:
    """Change how a kind of message goes out. Raises: NotFound, BadInput. Emits: KindChanged, when something changed."""
    row = MessageKind.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    findings: list[dict[str, Any]] = []
    allowed = catalogue.CUSTOMER_CHANNELS if catalogue.KINDS[code].audience == "customer" else ("email",)
    if not channels or any(channel not in allowed for channel in channels) or len(set(channels)) != len(channels):
        findings.append({"field": "channels", "code": "unfit", "message": _("Choose at least one channel.")})
    if not 1 <= expires_after_h <= LONGEST_LIFE_H:
        most = _("Give 1 to %(most)s hours.") % {"most": LONGEST_LIFE_H}
        findings.append({"field": "expires_after_h", "code": "unfit", "message": most})
    if not active and catalogue.KINDS[code].mandatory:
        owed = _("This message is owed to the customer and cannot be switched off.")
        findings.append({"field": "active", "code": "mandatory", "message": owed})
    if findings:
        raise errors.BadInput(findings)
    before = _kind_facts(row)
    row.channels, row.expires_after_h, row.waits_for_day, row.active = (
        list(channels), expires_after_h, waits_for_day, active,
    )  # fmt: skip
    after = _kind_facts(row)
    if after != before:
        row.save()
        events.record(actor, [KindChanged(kind_id=row.id, code=code, before=before, after=after)])


def _kind_facts(row: MessageKind) -> dict[str, str]:
    return {
        "channels": ",".join(row.channels),
        "expires_after_h": str(row.expires_after_h),
        "waits_for_day": str(row.waits_for_day),
        "active": str(row.active),
    }


def send_test(actor: Actor, *, code: str, channel: str, locale: str, subject: str, body: str, now: datetime) -> Receipt:
    """Send a text on sample facts to one's own e-mail address; nothing is stored. It does I/O, so it opens no
    transaction. Raises: NotPermitted, BadInput, NoOwnAddress.
    """
    actor.require(EDIT)
    check_text(catalogue.KINDS[code], channel, subject=subject, body=body)
    contact = people.staff_contact([actor.staff_id or 0]).get(actor.staff_id or 0)
    if contact is None or not contact.email:
        raise NoOwnAddress
    shown = rendering.preview(code, channel, locale, subject=subject, body=body, name=contact.name)
    plain = rendering.Rendered(shown.subject or _("Test of a text"), shown.body)
    letter = shown if shown.html else rendering.as_mail(plain, locale=locale)
    mail = Mail(
        key=f"test-{actor.staff_id}-{int(now.timestamp() * 1000)}",
        to_address=contact.email,
        to_name=contact.name,
        subject=f"[{_('Test')}] {letter.subject}",
        text=letter.body,
        html=letter.html,
        locale=locale,
    )
    return sending.carriers()["email"].send(mail)  # type: ignore[arg-type]
