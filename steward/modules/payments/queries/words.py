"""The words people read for refunds, callbacks and statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

REFUND_STATES: dict[str, Any] = {
    "awaiting_approval": pgettext_lazy("refund state", "To approve"),
    "waiting": pgettext_lazy("refund state", "Waiting to be sent"),
    "sending": pgettext_lazy("refund state", "Being sent"),
    "unknown": pgettext_lazy("refund state", "Fate unknown"),
    "pending": pgettext_lazy("refund state", "At the provider"),
    "by_hand": pgettext_lazy("refund state", "To pay by hand"),
    "disputed": pgettext_lazy("refund state", "Disputed"),
    "succeeded": pgettext_lazy("refund state", "Refund paid"),
    "failed": pgettext_lazy("refund state", "Refund failed"),
    "refused": pgettext_lazy("refund state", "Not approved"),
    "withdrawn": pgettext_lazy("refund state", "Called off"),
}
CAUSES: dict[str, Any] = {
    "cancelled": pgettext_lazy("refund cause", "Order cancelled"),
    "late_payment": pgettext_lazy("refund cause", "Paid after cancelling"),
    "overpaid": pgettext_lazy("refund cause", "Paid too much"),
    "return": pgettext_lazy("refund cause", "Goods returned"),
    "goodwill": pgettext_lazy("refund cause", "Goodwill"),
    "mistake": pgettext_lazy("refund cause", "Mistake of ours"),
    "other": pgettext_lazy("refund cause", "Another reason"),
}
VERBS: dict[str, Any] = {
    "request": pgettext_lazy("refund step", "Asked for"),
    "approve": pgettext_lazy("refund step", "Approved"),
    "refuse": pgettext_lazy("refund step", "Not approved"),
    "withdraw": pgettext_lazy("refund step", "Called off"),
    "lapse": pgettext_lazy("refund step", "Called off: nobody decided in time"),
    "send": pgettext_lazy("refund step", "Sent to the provider"),
    "hand_over": pgettext_lazy("refund step", "Handed to a person: nothing reaches the provider"),
    "void": pgettext_lazy("refund step", "Not sent: the money went back elsewhere"),
    "succeed": pgettext_lazy("refund step", "Paid, and booked"),
    "settle": pgettext_lazy("refund step", "Booked as paid"),
    "accept": pgettext_lazy("refund step", "Accepted by the provider, not paid yet"),
    "fail": pgettext_lazy("refund step", "Refused by the provider"),
    "lose": pgettext_lazy("refund step", "No clear answer: it will be asked after"),
    "resend": pgettext_lazy("refund step", "Never arrived at the provider: it will be sent again"),
    "disagree": pgettext_lazy("refund step", "The provider reports something else"),
    "close": pgettext_lazy("refund step", "Dispute ended: nothing moved"),
    "hear_change": pgettext_lazy("refund step", "The provider reports news of it: it will be asked after"),
    "hear_success": pgettext_lazy("refund step", "The provider reports that money moved all the same"),
    "hear_failure": pgettext_lazy("refund step", "The provider reports a failure: it will be asked after"),
}
DIFFERENCE_KINDS: dict[str, Any] = {
    "missing_here": gettext_lazy("Missing here"),
    "missing_there": gettext_lazy("Missing at the provider"),
    "amount_differs": gettext_lazy("Amount differs"),
    "double": gettext_lazy("Stated twice"),
}
DIFFERENCE_OUTCOMES: dict[str, Any] = {
    "recorded": gettext_lazy("Recorded here now"),
    "provider_corrected": gettext_lazy("The provider corrects it"),
    "other_period": gettext_lazy("Belongs to another statement"),
    "written_off": gettext_lazy("Written off"),
    "mistake": gettext_lazy("Mistake of ours"),
    "vanished": gettext_lazy("Gone by itself"),
}
ANSWERS: dict[str, Any] = {
    "succeeded": gettext_lazy("The provider confirms it"),
    "refused": gettext_lazy("The provider says it was refused"),
    "absent": gettext_lazy("The provider knows no such payment"),
    "pending": gettext_lazy("The provider says it is not done yet"),
    "unclear": gettext_lazy("The provider gave no clear answer"),
}
REASONS: dict[str, Any] = {
    "message_repeated": gettext_lazy("The same message again; nothing was changed."),
    "transaction_repeated": gettext_lazy("This transaction is in the ledger already."),
    "same_transaction_other_content": gettext_lazy("The transaction is in the ledger with another amount or order."),
    "order_unknown": gettext_lazy("Its order is not here yet; it is applied by itself when the order comes in."),
    "order_of_another_shop": gettext_lazy("The order belongs to a shop this provider does not serve."),
    "currency_differs": gettext_lazy("Another currency than the order's."),
    "amount_below_open": gettext_lazy("Less than the order still owes."),
    "amount_above_open": gettext_lazy("More than the order still owes."),
    "refund_above_paid": gettext_lazy("More came back than was paid."),
    "refund_unknown": gettext_lazy("There is no refund of this number."),
    "refund_of_another_order": gettext_lazy("The refund belongs to another order."),
    "refund_booked": gettext_lazy("This refund is booked already."),
    "refund_after_end": gettext_lazy("The provider paid a refund that had ended here."),
    "asked_after": gettext_lazy("The provider is asked what became of the refund."),
    "amount_differs": gettext_lazy("The provider reports another amount than was asked for."),
    "stands_for_another_refund": gettext_lazy("The transaction stands for another refund."),
    "refunded_elsewhere": gettext_lazy("The money had gone back elsewhere."),
    "approval_lapsed": gettext_lazy("Nobody decided in time."),
    "nothing_moved": gettext_lazy("No money moved."),
    "not_enough_money": gettext_lazy("The merchant's account does not cover it."),
    "amount_not_positive": gettext_lazy("The amount is not above zero."),
    "currency_unknown": gettext_lazy("The currency is unknown."),
    "transaction_missing_or_long": gettext_lazy("The transaction has no name, or one too long."),
    "provider_too_long": gettext_lazy("The name of the provider is too long."),
    "worker_lost": gettext_lazy("The worker was lost in the middle."),
    "No matching signature found": gettext_lazy("The signature is wrong."),
    "Missing required headers": gettext_lazy("The signature is missing."),
    "Signed by another key": gettext_lazy("It is signed with a key that is not the provider's."),
    "Message timestamp too old": gettext_lazy("The message is too old."),
    "Message timestamp too new": gettext_lazy("The message comes from the future."),
    "Invalid Signature Headers": gettext_lazy("The signature is wrong."),
    "Unreadable signature": gettext_lazy("The signature is wrong."),
}


def word(table: Mapping[str, Any], code: str) -> str:
    """Return the word of a code in the reader's language; an unknown code is written readably."""
    return str(table[code]) if code in table else code.replace("_", " ")


def reason(text: str) -> str:
    """Say why, in the reader's language: known reasons in words, what a provider or person wrote as it is."""
    code, colon, rest = text.partition(": ")
    if text in REASONS:
        return str(REASONS[text])
    if code in REASONS and colon:
        return f"{REASONS[code]} ({rest})"
    state = text.removeprefix("refund_")
    if text.startswith("refund_") and state in REFUND_STATES:
        return _("The refund stands at “%(state)s”.") % {"state": REFUND_STATES[state]}
    return text
