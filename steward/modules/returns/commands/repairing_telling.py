"""Tell customers how their repairs go; each thing is said once, with a link to the repair's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from steward.kernel import languages, money
from steward.kernel.actor import Actor
from steward.modules.messaging.commands import LinkWish, Outgoing, send_messages
from steward.modules.messaging.queries.links import usual_end
from steward.modules.orders.queries.addressing import addressed
from steward.modules.returns.models import Case, Repair, RepairQuote

PURPOSE = "repair"
# A page about goods of theirs that are with us is of use longer than the usual link.
LIVES = timedelta(days=60)


def tell_moved(actor: Actor, row: Repair, case: Case, now: datetime) -> int:
    """Say what a transition means to the customer; of steps inside the house they hear nothing."""
    words = _WORDS.get(row.state)
    return tell(actor, row, case, row.state, words, now) if words else 0


def tell_quoted(actor: Actor, row: Repair, case: Case, quote: RepairQuote, now: datetime) -> int:
    """Say what the repair costs and until when they can agree."""

    def words() -> str:
        amount = f"{money.to_decimal(quote.total_minor, quote.currency)} {quote.currency}"
        day = formats.date_format(localtime(quote.expires_at), "MONTH_DAY_FORMAT")
        return _("The repair costs %(amount)s. Please agree or decline by %(day)s; nothing is done before.") % {
            "amount": amount,
            "day": day,
        }

    return tell(actor, row, case, f"quote:{quote.id}", words, now)


def tell(actor: Actor, row: Repair, case: Case, what: str, words: Callable[[], str], now: datetime) -> int:
    """Send one piece of news about a repair to its customer, in their language. Returns how many messages."""
    order = addressed([row.order_id]).get(row.order_id)
    if order is None:
        return 0
    message = Outgoing(
        template="case_news",
        customer_id=order.customer_id,
        subject_kind="order",
        subject_id=order.id,
        params={"order_number": order.number, "case_number": row.number, "news": languages.in_each(partial(words))},
        dedupe_key=f"repair:{row.id}:{what}:{row.state_since:%Y%m%d%H%M%S}",
        simulated=row.simulated,
        link=LinkWish(purpose=PURPOSE, subject_id=row.id, expires_at=max(now + LIVES, usual_end(now))),
    )
    return len(send_messages(actor, messages=[message], now=now))


_WORDS: dict[str, Callable[[], str]] = {
    "received": lambda: _("Your goods are here. We find out within a day what is wrong with them."),
    "approved": lambda: _("We repair them now, and tell you when they are ready."),
    "declined": lambda: _("We do not repair them, and send them back as they are."),
    "not_repairable": lambda: _("They cannot be repaired. Please choose what we shall do."),
    "ready": lambda: _("They are ready. You get them back next."),
    "returned": lambda: _("They are on their way back to you."),
    "replace_instead": lambda: _("You get a replacement instead of a repair."),
    "refund_instead": lambda: _("You get your money back instead of a repair."),
}
