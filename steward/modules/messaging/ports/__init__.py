"""What a connector that carries messages must offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.modules.messaging.ports.letters import Bounce as Bounce
from steward.modules.messaging.ports.letters import Fetched as Fetched
from steward.modules.messaging.ports.letters import MailboxAccess as MailboxAccess
from steward.modules.messaging.ports.letters import MailboxTrouble as MailboxTrouble
from steward.modules.messaging.ports.letters import MailReader as MailReader
from steward.modules.messaging.ports.letters import MailSession as MailSession
from steward.modules.messaging.ports.letters import MailUnreadable as MailUnreadable
from steward.modules.messaging.ports.letters import RawMail as RawMail
from steward.modules.messaging.ports.letters import ReadMail as ReadMail
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Sender

# sent: taken over. retry: certainly not taken, may work later. refused: certainly not taken, never will be.
# unknown: nobody can tell whether it was taken.
Outcome = Literal["sent", "retry", "refused", "unknown"]


class Receipt(Struct, frozen=True):
    """What became of an attempt. `reference` is the name under which reports on it will come; `detail` for people."""

    outcome: Outcome
    reference: str = ""
    detail: str = ""


class Enclosure(Struct, frozen=True, kw_only=True):
    """A file that goes along with an e-mail."""

    filename: str
    media_type: str
    content: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """One e-mail, ready to be sent. `key` is the same for every attempt; `stop_url` takes a one-click unsubscribe.

    `is_personal`: a person wrote it, so answering machines may answer. `in_reply_to` and `references` say where it
    stands in its thread, `reply_to` where an answer goes.
    """

    key: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    locale: str
    stop_url: str = ""
    is_personal: bool = False
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    enclosures: tuple[Enclosure, ...] = ()


class Sms(Struct, frozen=True, kw_only=True):
    """One short message, ready to be sent. `key` is the same for every attempt; `to_phone` in E.164.

    Carriers that send only texts they have approved know it as `approved_code` and take the `values` it names, in the
    order it names them.
    """

    key: str
    to_phone: str
    text: str
    locale: str
    template: str = ""
    values: dict[str, str] = {}
    approved_code: str = ""


class MailCarrier(Protocol):
    """Carries e-mails. `name` is shown to people; `is_idempotent`: the same key twice arrives once."""

    name: str
    is_idempotent: bool
    leaves_the_house: bool

    def send(self, mail: Mail) -> Receipt:
        """Hand one e-mail over."""
        ...


class SmsCarrier(Protocol):
    """Carries short messages; as MailCarrier."""

    name: str
    is_idempotent: bool
    leaves_the_house: bool

    def send(self, sms: Sms) -> Receipt:
        """Hand one short message over."""
        ...


class DeliveryReport(Struct, frozen=True, kw_only=True):
    """What a carrier says of a message it took: it arrived, or it finally did not and why.

    `reference` is the carrier's name of the message, `key` ours where the carrier hands it back.
    """

    carrier: str
    reference: str
    arrived: bool
    key: str = ""
    detail: str = ""


class ForgedReport(errors.Refusal):
    """Refuse a report that does not prove where it comes from."""

    code = "forged_report"
    status = 401
    message = _("The report is not signed as it should be (%(why)s).")


class UnreadableReport(errors.Refusal):
    """Refuse a report whose shape nobody knows."""

    code = "unreadable_report"
    status = 422
    message = _("The report cannot be read: %(why)s.")


class ReportDoor(Protocol):
    """Hears one carrier's reports; bound as `messaging.reports.<carrier>`. `thanks` is what the carrier wants back."""

    thanks: dict[str, Any]

    def read(self, request: HttpRequest) -> Sequence[DeliveryReport]:
        """Check where a call comes from and read its reports; what is not final yet is left out.

        Raises: ForgedReport, UnreadableReport.
        """
        ...


class Answer(Struct, frozen=True):
    """What a receiver answered: its HTTP status (0: none came), the beginning of its body or what went wrong."""

    status: int
    text: str
    duration_ms: int


class WebhookPoster(Protocol):
    """Posts a signed webhook to where it may go."""

    def post(self, url: str, *, headers: dict[str, str], body: bytes) -> Answer:
        """Post and tell what was answered; refused targets and failures are answers with status 0."""
        ...


class Verdict(Struct, frozen=True):
    """What a scanner says of a file: clean, infected (`detail` names what with), or unscanned and why."""

    state: Literal["clean", "infected", "unscanned"]
    detail: str = ""


class Scanner(Protocol):
    """Looks for viruses; bound as `messaging.scanner`."""

    name: str

    def scan(self, content: bytes) -> Verdict:
        """Look at a file. A scanner that cannot be asked, or cannot tell, says unscanned; it never raises."""
        ...


class TokenKeeper(Protocol):
    """Keeps an account's access token for all processes together; of all who miss one, one asks for a new one."""

    def current(self) -> str:
        """Return the token that is good for now; empty where there is none."""
        ...

    def claim(self) -> bool:
        """Tell whether the caller is the one to ask for a new token; for some seconds nobody else is."""
        ...

    def keep(self, token: str, *, lives_s: int) -> None:
        """Keep a new token for so many seconds."""
        ...

    def give_up(self) -> None:
        """Let somebody else ask: none was given."""
        ...

    def drop(self, token: str) -> None:
        """Forget a token that is no longer taken, unless a newer one has come meanwhile."""
        ...

    def was_dropped(self) -> bool:
        """Tell whether the last token ended before its time, so that a really new one is needed."""
        ...


class ChannelCall(Struct, frozen=True, kw_only=True):
    """What an outside system asked of the address of an account; names of headers in lower case.

    `url` is the whole public address without the query, `query_text` the query as it was written.
    """

    method: str
    url: str
    query: Mapping[str, str]
    query_text: str
    headers: Mapping[str, str]
    body: bytes


class AwaitedFile(Struct, frozen=True):
    """A file the channel keeps until it is fetched: its name there, and what to call it where it has none."""

    media_id: str
    filename: str


class Wish(Struct, frozen=True):
    """Somebody wrote that no more short messages are to come to their number, or that they may come again."""

    phone: str
    stops: bool


class HeardCall(Struct, frozen=True, kw_only=True):
    """What a proven call brought, and what its sender wants to hear.

    `proof` counts once (empty: its messages' own ids see to that). `files` are to be fetched by the message's own id.
    `first_answer` is said instead of `answer` to who has not written for long. What is said at once is said for `once`
    (the call's own name of what happened) a single time; whoever calls with it again hears `silence`. `doubts` say by
    the message's own id why a person has to look at it before it is taken.
    """

    incoming: tuple[Incoming, ...] = ()
    files: dict[str, AwaitedFile] = {}
    doubts: dict[str, str] = {}
    wishes: tuple[Wish, ...] = ()
    proof: str = ""
    answer: bytes = b""
    first_answer: bytes = b""
    answer_type: str = "text/plain"
    once: str = ""
    silence: bytes = b""


class ChannelDoor(Protocol):
    """Reads the calls of one shape; bound as `messaging.channel.<kind>` or `messaging.channel.<kind>.<format>`."""

    def read(self, call: ChannelCall, account: Account, *, now: datetime) -> HeardCall:
        """Prove a call and read it. Raises: ForgedReport, UnreadableReport."""
        ...


class FileGone(Exception):
    """Report that a file cannot be fetched; `final`: it never will be."""

    def __init__(self, why: str, *, final: bool) -> None:
        super().__init__(why)
        self.final = final


class FileFetcher(Protocol):
    """Fetches files a channel keeps; bound as `messaging.files.<kind>`, made of account and token keeper."""

    def fetch(self, media_id: str) -> tuple[str, bytes]:
        """Fetch a file; return its name (may be empty) and content. Raises: FileGone."""
        ...


class ReplyFile(Struct, frozen=True):
    """A file that goes with an answer; `media_type` was told by its content."""

    filename: str
    media_type: str
    content: bytes


class Reply(Struct, frozen=True, kw_only=True):
    """One answer on the channel the question came by. `key` is the same for every attempt.

    `to` is how the channel knows who asked; `last_heard_at` when they last wrote there; `answers` and `facts` are the
    answered message's own id and facts, as the channel gave them.
    """

    key: str
    to: Sender
    text: str
    subject: str = ""
    files: tuple[ReplyFile, ...] = ()
    last_heard_at: datetime | None = None
    answers: str = ""
    facts: dict[str, Any] = {}


class ReplyCarrier(Protocol):
    """Carries answers by one account; bound as `messaging.reply.<kind>`, made of account and token keeper."""

    name: str
    is_idempotent: bool
    leaves_the_house: bool

    def send(self, reply: Reply, *, now: datetime) -> Receipt:
        """Hand one answer over."""
        ...
