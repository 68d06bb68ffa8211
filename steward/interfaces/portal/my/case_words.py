"""What after-sales is called to customers: solutions, why something is not possible, what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.modules.returns.rules.policy import Verdict

KINDS: Mapping[str, Any] = {
    "return_refund": pgettext_lazy("asked by a customer", "Send it back and get the money"),
    "exchange": pgettext_lazy("asked by a customer", "Exchange it"),
    "repair": pgettext_lazy("asked by a customer", "Have it repaired"),
    "reship": pgettext_lazy("asked by a customer", "Get it sent again"),
    "refund_only": pgettext_lazy("asked by a customer", "Keep it, get money back"),
}
WHYS: Mapping[str, Any] = {
    "excluded": gettext_lazy("Goods of this kind cannot be sent back without a reason."),
    "opened": gettext_lazy("Once opened, goods of this kind cannot be sent back without a reason."),
    "final_sale": gettext_lazy("It was sold for good, as agreed on purchase."),
    "not_delivered": gettext_lazy("It has not arrived yet. Ask us to stop the parcel, or turn it away at the door."),
    "not_in_stock": gettext_lazy("This is not there now. Choose something else, or your money back."),
    "once_only": gettext_lazy("This is possible once for each order, and you have asked for it before."),
    "too_late": gettext_lazy("The time for this is over."),
    "claimed_already": gettext_lazy("You have asked for this already; see your requests."),
    "not_sent": gettext_lazy("Not all of these goods have been sent yet."),
    "nothing_wanted": gettext_lazy("Choose at least one piece."),
    "unknown_reason": gettext_lazy("Choose what is wrong."),
    "unknown_line": gettext_lazy("Choose at least one piece."),
    "unknown_kind": gettext_lazy("Choose what we shall do."),
    "kind_not_offered": gettext_lazy("This solution is not offered here. Choose another one."),
    "unfit_choice": gettext_lazy("These goods cannot be exchanged for that. Choose something else."),
    "too_many_words": gettext_lazy("This is too long."),
}
OTHERWISE = gettext_lazy("This is not possible here. Write to us, and a person looks at it.")
RECEPTIONS: Mapping[str, Any] = {
    "awaiting": pgettext_lazy("piece", "with you"),
    "in_transit": pgettext_lazy("piece", "on its way to us"),
    "received": pgettext_lazy("piece", "arrived"),
    "short": pgettext_lazy("piece", "was not in the parcel"),
    "wrong_item": pgettext_lazy("piece", "something else was in the parcel"),
    "lost": pgettext_lazy("piece", "lost on its way"),
    "expired": pgettext_lazy("piece", "not sent in time"),
    "cancelled": pgettext_lazy("piece", "stays with you"),
    "left_with_customer": pgettext_lazy("piece", "stays with you"),
}


def why(code: str) -> str:
    """Say to a customer why something is not possible."""
    return str(WHYS.get(code, OTHERWISE))


def terms(verdict: Verdict) -> list[str]:
    """Say what a solution asks of a customer: until when, who pays the way back, what is kept off, what to show."""
    said = []
    if verdict.until is not None:
        said.append(_("You can ask for this until %(day)s.") % {"day": day(verdict.until)})
    if verdict.freight_payer == "merchant":
        said.append(_("We pay for sending it back."))
    elif verdict.freight_payer == "customer":
        said.append(_("You pay for sending it back."))
    if verdict.restocking_permille:
        said.append(_("%(percent)s %% of the price is kept for checking it in.") % {"percent": _percent(verdict)})
    if verdict.return_within_h:
        said.append(_("Send it within %(days)s days once we agree.") % {"days": max(1, verdict.return_within_h // 24)})
    if verdict.pictures or verdict.videos:
        said.append(shown(verdict))
    if verdict.answer_within_h:
        said.append(_("We answer within %(hours)s hours.") % {"hours": verdict.answer_within_h})
    return said


def shown(verdict: Verdict) -> str:
    """Say what has to be shown."""
    if verdict.pictures and verdict.videos:
        return _("We need %(pictures)s pictures and %(videos)s videos of it.") % {
            "pictures": verdict.pictures,
            "videos": verdict.videos,
        }
    if verdict.videos:
        return _("We need %(count)s videos of it.") % {"count": verdict.videos}
    return _("We need %(count)s pictures of it.") % {"count": verdict.pictures}


def day(at: datetime) -> str:
    """Write a day."""
    return formats.date_format(timezone.localtime(at), "DATE_FORMAT")


def _percent(verdict: Verdict) -> str:
    return f"{verdict.restocking_permille / 10:g}"
