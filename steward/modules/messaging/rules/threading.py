"""Where an e-mail stands in its thread, as other programs will read it. Source: RFC 5322 § 3.6.4."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What the standard allows in an id, and no longer than a line of a header: others' programs write anything.
SENDABLE = re.compile(r"<[!-;=?-~]{1,250}>")
MOST = 20
ANSWERED = re.compile(r"^\s*(?:re|回复|答复|回覆|答覆|aw|sv)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


def sendable(ref: str) -> str:
    """Return an id as it may stand in a header, or nothing."""
    return ref if SENDABLE.fullmatch(ref) else ""


def thread(refs: Sequence[str], message_ref: str) -> tuple[str, ...]:
    """List the ids an answer refers to: those of the thread so far, and last what it answers; the first one stays."""
    known = [ref for ref in dict.fromkeys((*(ref for ref in refs if ref != message_ref), message_ref)) if sendable(ref)]
    return tuple(known[:1] + known[1:][-(MOST - 1) :])


def reply_subject(subject: str) -> str:
    """Write the subject of an answer: “Re:” once, whatever the language of the one before."""
    return subject if ANSWERED.match(subject) else f"Re: {subject}".strip()
