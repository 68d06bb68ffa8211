"""What the chat says to visitors, in the language of the page it is on."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def words() -> dict[str, str]:
    """Give the frame its texts; {name} is filled in by it."""
    return {
        "title": pgettext("chat widget", "Chat with us"),
        "open": _("Open the chat"),
        "close": _("Close the chat"),
        "unread": _("{count} new messages"),
        "greeting": _("Hello! What can we do for you?"),
        "offline": _("Nobody is there right now. Write to us; we answer by e-mail or phone."),
        "placeholder": _("Write a message"),
        "send": pgettext("chat widget", "Send"),
        "attach": _("Send a picture or a file"),
        "person": _("Talk to a person"),
        "earlier": _("Earlier messages"),
        "you": pgettext("chat widget", "You"),
        "bot": pgettext("chat widget", "Assistant"),
        "types": _("{name} is typing…"),
        "sending": _("Sending…"),
        "not_sent": _("Not sent. Press to try again."),
        "sent": pgettext("chat widget", "Sent"),
        "read": pgettext("chat widget", "Read"),
        "lost": _("No connection. Trying again…"),
        "too_fast": _("That was a bit fast. Wait a minute and try again."),
        "too_long": _("This is too long."),
        "ended": _("This chat has ended. Load the page again to begin a new one."),
        "asked": _("You asked for a person. Somebody will be with you shortly."),
        "joined": _("{name} is with you now."),
        "joined_unnamed": _("Somebody is with you now."),
        "handed_back": _("The assistant goes on with you."),
        "contact_kept": _("Thank you. We can reach you now should the chat break off."),
        "refused_file": _("This file cannot be opened."),
        "name": _("Your name"),
        "contact": _("E-mail or phone"),
        "contact_why": _("So that we can reach you should the chat break off."),
        "skip": pgettext("chat widget", "Not now"),
        "save": pgettext("chat widget", "Save"),
        "text": _("What is it about?"),
        "consent": _("I agree that what I write here is used to answer me, and for nothing else."),
        "leave": _("Send the message"),
        "thanks": _("Thank you, we have it. We answer to the address or number you gave."),
        "unreached": _("Give an e-mail address or a phone number, so that we can answer."),
        "never": _("Never write passwords or card numbers here."),
    }
