"""Write an e-mail as the standards want it: text and HTML, a Message-ID that never changes, one-click unsubscribe."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from steward.kernel import moment
from steward.modules.messaging.ports import Mail

TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


def message_id(key: str, sender: str) -> str:
    """Name the e-mail; every attempt of the same message has the same name, so that programs recognise a double."""
    return f"<{key}@{domain(sender)}>"


def domain(sender: str) -> str:
    """Return the domain of the sender's address."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def letter(mail: Mail, *, sender: str) -> EmailMessage:
    """Write the e-mail. Raises: ValueError for an address that is none or a header with a line break."""
    made = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    made["From"] = Address(display_name=name, addr_spec=address)
    made["To"] = Address(display_name=mail.to_name, addr_spec=mail.to_address)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(moment.now())
    made["Message-ID"] = message_id(mail.key, sender)
    made["Content-Language"] = TAGS[mail.locale]
    if not mail.is_personal:
        # Answering machines stay silent. Source: RFC 3834.
        made["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        made["Reply-To"] = Address(addr_spec=mail.reply_to)
    if mail.in_reply_to:
        made["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        made["References"] = " ".join(mail.references)
    if mail.stop_url:
        # Source: RFC 2369, RFC 8058.
        made["List-Unsubscribe"] = f"<{mail.stop_url}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.text)
    made.add_alternative(mail.html, subtype="html")
    for one in mail.enclosures:
        kind, _slash, subkind = one.media_type.partition("/")
        made.add_attachment(one.content, maintype=kind, subtype=subkind, filename=one.filename)
    return made
