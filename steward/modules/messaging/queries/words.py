"""What people read for kinds, channels, states and reasons of messages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: dict[str, Any] = {
    "order_received": _("Order received"),
    "order_paid": _("Payment received"),
    "payment_reminder": _("Reminder to pay"),
    "order_cancelled": _("Order cancelled"),
    "stock_offer": _("Choice when stock is short"),
    "order_shipped": _("Order shipped"),
    "order_partly_shipped": _("Order shipped in part"),
    "order_out_for_delivery": _("Order out for delivery"),
    "order_delayed": _("Order delayed"),
    "order_delivered": _("Order delivered"),
    "appointment_reminder": _("Reminder of an appointment"),
    "follow_up": _("Question whether a solution satisfied"),
    "form_received": _("Acknowledgement of a form"),
    "sign_in_code": _("Sign-in code"),
    "refund_paid": _("Refund paid"),
    "case_news": _("News of an after-sales case"),
    "refund_late": _("Refund takes longer"),
    "clock_warned": _("Time limit comes near"),
    "clock_breached": _("Time limit missed"),
    "clock_escalated": _("Time limit escalated"),
    "clock_taken_over": _("Taken over from a colleague"),
    "clock_handed_on": _("Handed on to a colleague"),
    "clock_left_over": _("Nobody to take it over"),
    "approval_asked": _("Approval asked for"),
    "exception_opened": _("Exception opened"),
    "surge_called": _("Called in for a surge"),
    "ticket_back": _("A ticket is back"),
    "ticket_first_owner": _("A ticket you took first is open again"),
    "ticket_given": _("A ticket was given to you"),
    "ticket_named": _("A colleague named you"),
    "ticket_advice": _("Advice on a ticket"),
    "quality_result": _("Result of a review"),
    "quality_appeal": _("Appeal against a review"),
    "quality_verdict": _("Appeal decided"),
    "coaching_given": _("Coaching"),
    "ticket_news": _("News of a ticket you watch"),
    "complaint_call": _("Call a customer about a complaint"),
    "refund_stuck": _("Refund takes too long"),
    "refund_lapsed": _("Nobody decided about a refund"),
    "stock_low": _("Below its reorder point"),
    "stocktake_sheet": _("A sheet to count"),
    "stock_differs": _("A stock balance differs"),
    "stock_expired": _("Goods past their date"),
    "write_off_ended": _("Write-off decided"),
    "holidays_missing": _("Holidays of a year unknown"),
    "call_ringing": _("A customer calls"),
    "webhook_disabled": _("Webhook switched off"),
    "reply": _("Answer to a customer"),
}
CHANNELS: dict[str, Any] = {
    "sms": pgettext_lazy("channel", "Text message"),
    "email": pgettext_lazy("channel", "E-mail"),
    "in_app": pgettext_lazy("channel", "Console and e-mail"),
}
CARRIERS: dict[str, Any] = {"aliyun_sms": _("Aliyun"), "tencent_sms": _("Tencent Cloud")}
LOCALES: dict[str, Any] = {"zh-hans": _("Simplified Chinese"), "zh-hant": _("Traditional Chinese"), "en": _("English")}
NOTICE_KINDS: dict[str, Any] = {
    "clock": pgettext_lazy("notice", "Time limits"),
    "approval": _("Approvals"),
    "exception": _("Exceptions"),
    "money": pgettext_lazy("notice", "Money"),
    "system": pgettext_lazy("notice", "System"),
}
PARKED_STATES = {
    "parked": pgettext_lazy("message", "Parked"),
    "taken": pgettext_lazy("message", "Taken after all"),
    "dropped": pgettext_lazy("message", "Dropped"),
}
STATES: dict[str, Any] = {
    "waiting": pgettext_lazy("message state", "Waiting"),
    "sending": pgettext_lazy("message state", "Being sent"),
    "sent": pgettext_lazy("message state", "Sent"),
    "failed": pgettext_lazy("message state", "Failed"),
    "expired": pgettext_lazy("message state", "Too late"),
    "suppressed": pgettext_lazy("message state", "Not sent"),
    "unknown": pgettext_lazy("message state", "Fate unknown"),
    "delivered": pgettext_lazy("message state", "Arrived"),
    "bounced": pgettext_lazy("message state", "Came back"),
}
REASONS: dict[str, Any] = {
    "simulated": _("It belongs to a drill, to practice or to the past; nothing of it leaves the house."),
    "erased": _("The customer's data were erased."),
    "opted_out": _("The customer does not want messages of this kind."),
    "no_address": _("Neither phone nor e-mail of the customer is known for the channels of this message."),
    "no_text": _("There is no fitting text in the customer's language."),
    "switched_off": _("Messages of this kind are switched off."),
    "too_late": _("It could not be sent in time and makes no sense any more."),
    "left": _("This person has left."),
    "arrived": _("The text message arrived after all."),
    "withdrawn": _("Whoever wrote it took it back before it left."),
}
STATE_HELP: dict[str, Any] = {
    "waiting": _("It is sent as soon as it is due."),
    "sending": _("It is being handed over right now."),
    "sent": _("The carrier has taken it. Whether it arrived, the carrier may report later."),
    "failed": _("The carrier refused it, or every attempt failed."),
    "expired": _("It could not be sent in time and makes no sense any more."),
    "suppressed": _("It was decided not to send it."),
    "unknown": _("The connection broke while it was handed over. Find out, then decide: it arrived, or send it again."),
    "delivered": _("The carrier reported that it arrived."),
    "bounced": _("The carrier reported that it could not be delivered."),
}


def kind(code: str) -> str:
    """Name a kind of message."""
    return str(KINDS.get(code, code))
