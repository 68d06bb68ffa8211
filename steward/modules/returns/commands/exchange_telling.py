"""Tell customers how far their exchanges have got. Each thing is said once."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from steward.kernel.actor import Actor
from steward.modules.returns.commands.telling import tell_news
from steward.modules.returns.models import Case, Exchange
from steward.modules.returns.queries.quote_words import written


def tell_to_pay(actor: Actor, row: Case, exchange: Exchange, to_pay_minor: int, now: datetime) -> int:
    """Ask for a difference, and say until when."""

    def words(_row: Case) -> str:
        return _(
            "Your replacement %(number)s is set aside for you. It costs %(amount)s more than your goods are worth; "
            "please pay that until %(until)s."
        ) % {
            "number": exchange.order_number,
            "amount": written(to_pay_minor, row.currency),
            "until": formats.date_format(localtime(exchange.pay_by), "DATETIME_FORMAT") if exchange.pay_by else "",
        }

    return tell_news(actor, [row], f"exchange_pay:{exchange.order_number}:{to_pay_minor}", words, now)


def tell_released(actor: Actor, row: Case, exchange: Exchange, now: datetime) -> int:
    """Say that a replacement goes out, and what of the goods' worth goes back."""

    def words(_row: Case) -> str:
        said = _("Your replacement %(number)s is being sent now.") % {"number": exchange.order_number}
        return said

    return tell_news(actor, [row], f"exchange_sent:{exchange.order_number}", words, now)


def tell_given_back(actor: Actor, row: Case, exchange: Exchange, amount_minor: int, now: datetime) -> int:
    """Say that what was dearer about the first goods goes back."""

    def words(_row: Case) -> str:
        return _("Your goods were worth more than the replacement: %(amount)s go back the way you paid.") % {
            "amount": written(amount_minor, row.currency)
        }

    return tell_news(actor, [row], f"exchange_back:{exchange.order_number}", words, now)


def tell_to_choose(actor: Actor, row: Case, exchange: Exchange, now: datetime) -> int:
    """Say that what was chosen is not set aside any more, and what can be done."""

    def words(_row: Case) -> str:
        if exchange.why == "unpaid":
            return _("The difference was not paid in time, so we have let your replacement go. Choose again, or have "
                     "your money back.")  # fmt: skip
        return _("What you chose cannot be sent. Choose something else, or have your money back.")

    return tell_news(actor, [row], f"exchange_choose:{exchange.round}:{exchange.why}", words, now)


def tell_charged(actor: Actor, row: Case, exchange: Exchange, to_pay_minor: int, now: datetime) -> int:
    """Say that goods sent in advance are to be paid, as those they replace did not come."""

    def words(_row: Case) -> str:
        return _(
            "We sent you the replacement %(number)s, but your goods have not come back. Please send them, or pay "
            "%(amount)s."
        ) % {"number": exchange.order_number, "amount": written(to_pay_minor, row.currency)}

    return tell_news(actor, [row], f"exchange_charge:{exchange.order_number}:{to_pay_minor}", words, now)
