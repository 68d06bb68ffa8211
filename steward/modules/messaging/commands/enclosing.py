"""Write an answer as the e-mail it leaves as: in its thread, with the address it comes back to, with its files."""

from __future__ import annotations

from msgspec import structs

from steward.modules.messaging.models import Attachment, Inbound, Mailbox, Spoken
from steward.modules.messaging.ports import Enclosure, Mail
from steward.modules.messaging.queries import attachments
from steward.modules.messaging.rules import threading
from steward.modules.messaging.rules.mailboxes import plus_address

EMAIL = "email"


def enclosed(mail: Mail, spoken: Spoken) -> Mail:
    """Add to an e-mail what makes it an answer. Files are read here, so outside any transaction.

    Raises: NotFound, FileNotKept where a file cannot be sent; FileNotChecked where it cannot yet.
    """
    answered = Inbound.objects.filter(id=spoken.answers_id, channel=EMAIL).first() if spoken.answers_id else None
    message_ref, refs = (answered.message_ref, answered.refs) if answered else ("", [])
    subject = mail.subject or (answered.subject if answered else "")
    return structs.replace(
        mail,
        is_personal=True,
        subject=threading.reply_subject(subject) if answered else subject,
        in_reply_to=threading.sendable(message_ref),
        references=threading.thread(refs, message_ref),
        reply_to=_comes_back_to(spoken),
        enclosures=tuple(_enclosure(attachment_id) for attachment_id in spoken.attachment_ids),
    )


def _comes_back_to(spoken: Spoken) -> str:
    """Return the mailbox's address, with the token of the conversation where its server knows plus addresses."""
    mailbox = Mailbox.objects.filter(code=spoken.box).first()
    if mailbox is None:
        return ""
    has_token = mailbox.has_plus and spoken.reply_token
    return plus_address(mailbox.address, spoken.reply_token) if has_token else mailbox.address


def _enclosure(attachment_id: int) -> Enclosure:
    found = attachments.open_file(attachment_id)
    with found.file as opened:
        return Enclosure(filename=found.filename, media_type=found.media_type, content=opened.read())


def keep_files(attachment_ids: list[int]) -> None:
    """Keep files that go out with answers, which nobody would claim otherwise. A step of the caller's command."""
    if attachment_ids:
        Attachment.objects.filter(id__in=attachment_ids, is_kept=False).update(is_kept=True)
