"""What messaging announces."""

from __future__ import annotations

from steward.kernel.events import Event


class MessageSent(Event, frozen=True, kw_only=True):
    """A message left for a customer or a person of the staff. `about_kind` and `about_id` name its subject."""

    KIND = "messaging.message_sent"
    SUBJECT = "message"
    message_id: int
    template: str
    via: str
    customer_id: int | None
    about_kind: str
    about_id: int


class MessageFailed(Event, frozen=True, kw_only=True):
    """A message does not arrive, or nobody knows: `state` is failed, expired, suppressed, unknown or bounced."""

    KIND = "messaging.message_failed"
    SUBJECT = "message"
    message_id: int
    template: str
    state: str
    reason: str
    customer_id: int | None
    about_kind: str
    about_id: int


class MessageDelivered(Event, frozen=True, kw_only=True):
    """The carrier reported that a message arrived."""

    KIND = "messaging.message_delivered"
    SUBJECT = "message"
    message_id: int


class MessageReceived(Event, frozen=True, kw_only=True):
    """Somebody wrote or called; `automatic` says which program wrote it. What leaves is numbered apart: "message"."""

    KIND = "messaging.message_received"
    SUBJECT = "inbound"
    inbound_id: int
    channel: str
    customer_id: int | None
    box: str = ""
    automatic: str = ""


class MessageParked(Event, frozen=True, kw_only=True):
    """A message from outside could not be read or taken; it waits for a person."""

    KIND = "messaging.message_parked"
    SUBJECT = "parked"
    parked_id: int
    channel: str
    box: str
    reason: str


class ParkedSettled(Event, frozen=True, kw_only=True):
    """A person had a parked message taken after all, or dropped it."""

    KIND = "messaging.parked_settled"
    SUBJECT = "parked"
    parked_id: int
    state: str
    message_id: int | None


class ParkedShown(Event, frozen=True, kw_only=True):
    """Somebody looked at a parked message in clear."""

    KIND = "messaging.parked_shown"
    SUBJECT = "parked"
    parked_id: int


class MailboxSaved(Event, frozen=True, kw_only=True):
    """A watched mailbox was added or changed; `fields` names what of it. Passwords are never named."""

    KIND = "messaging.mailbox_saved"
    SUBJECT = "mailbox"
    mailbox_id: int
    code: str
    fields: list[str]
    active: bool


class MailboxLost(Event, frozen=True, kw_only=True):
    """A watched mailbox cannot be read any more."""

    KIND = "messaging.mailbox_lost"
    SUBJECT = "mailbox"
    mailbox_id: int
    code: str
    reason: str


class MessageRepeated(Event, frozen=True, kw_only=True):
    """A person decided what a message whose fate was open became, or had it tried again."""

    KIND = "messaging.message_repeated"
    SUBJECT = "message"
    message_id: int
    before: str
    after: str
    reason: str


class TemplateSaved(Event, frozen=True, kw_only=True):
    """A text was changed: a new version counts from now on."""

    KIND = "messaging.template_saved"
    SUBJECT = "template"
    template_id: int
    code: str
    channel: str
    locale: str
    version: int
    reason: str


class ApprovedCodeSaved(Event, frozen=True, kw_only=True):
    """A carrier's code of a text was written down, changed, or taken back (`after` is empty then)."""

    KIND = "messaging.approved_code_saved"
    SUBJECT = "approved_text"
    approved_text_id: int
    carrier: str
    code: str
    locale: str
    before: str
    after: str
    reason: str


class KindChanged(Event, frozen=True, kw_only=True):
    """How a kind of message goes out was changed."""

    KIND = "messaging.kind_changed"
    SUBJECT = "kind"
    kind_id: int
    code: str
    before: dict[str, str]
    after: dict[str, str]


class PreferencesChosen(Event, frozen=True, kw_only=True):
    """A customer chose, or somebody chose for them, what they want to hear, how and when."""

    KIND = "messaging.preferences_chosen"
    SUBJECT = "customer"
    customer_id: int
    opted_out: list[str]
    channels: list[str]


class LinksRevoked(Event, frozen=True, kw_only=True):
    """All links of a purpose to a subject that were given out until now open nothing any more."""

    KIND = "messaging.links_revoked"
    SUBJECT = "link_subject"
    link_subject_id: int
    purpose: str


class EndpointChanged(Event, frozen=True, kw_only=True):
    """A webhook endpoint was added, changed, given a new secret, switched on or off by a person, or deleted."""

    KIND = "messaging.endpoint_changed"
    SUBJECT = "endpoint"
    endpoint_id: int
    what: str
    url: str
    kinds: list[str]


class EndpointDisabled(Event, frozen=True, kw_only=True):
    """A webhook endpoint failed too often and is called no more until somebody switches it on."""

    KIND = "messaging.endpoint_disabled"
    SUBJECT = "endpoint"
    endpoint_id: int
    url: str
    reason: str


class ChannelAccountChanged(Event, frozen=True, kw_only=True):
    """An account of a channel was added, changed, given new secrets (their names), or switched on or off."""

    KIND = "messaging.channel_account_changed"
    SUBJECT = "channel_account"
    channel_account_id: int
    what: str
    code: str
    account_kind: str
    secrets: list[str]
