"""What becomes of a message that waits: sent, postponed, left unsent for a reason; and how failures go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from steward.modules.messaging.rules.quiet import QuietHours, allowed_from

State = Literal["waiting", "sending", "sent", "failed", "expired", "suppressed", "unknown", "delivered", "bounced"]
Verb = Literal["begin", "confirm", "retry", "refuse", "lose", "expire", "suppress", "deliver", "bounce", "repeat"]
STATES: tuple[State, ...] = (
    "waiting", "sending", "sent", "failed", "expired", "suppressed", "unknown", "delivered", "bounced",
)  # fmt: skip
TRANSITIONS: Mapping[tuple[State, Verb], State] = {
    ("waiting", "begin"): "sending",
    ("waiting", "expire"): "expired",
    ("waiting", "suppress"): "suppressed",
    ("waiting", "refuse"): "failed",
    ("waiting", "deliver"): "delivered",
    ("sending", "confirm"): "sent",
    ("sending", "retry"): "waiting",
    ("sending", "refuse"): "failed",
    ("sending", "lose"): "unknown",
    ("sent", "deliver"): "delivered",
    ("sent", "bounce"): "bounced",
    ("unknown", "confirm"): "sent",
    ("unknown", "retry"): "waiting",
    ("unknown", "refuse"): "failed",
    ("unknown", "deliver"): "delivered",
    ("unknown", "bounce"): "bounced",
    ("unknown", "repeat"): "waiting",
    ("failed", "repeat"): "waiting",
    ("bounced", "deliver"): "delivered",
    ("bounced", "repeat"): "waiting",
    ("expired", "repeat"): "waiting",
}

Reason = Literal[
    "", "simulated", "erased", "opted_out", "no_address", "no_text", "switched_off", "too_late", "left", "arrived",
    "withdrawn",
]  # fmt: skip
FALLBACK = "email"
PORTION_S = 0.25
# States in which nobody has heard a message, nor will by itself.
NOT_HEARD = ("failed", "expired", "suppressed", "bounced")


class Facts(Struct, frozen=True, kw_only=True):
    """All that decides whether a message goes out now. `addresses` and `texts` are channels that have one."""

    now: datetime
    simulated: bool
    gone: Literal["", "erased", "left"]
    switched_off: bool
    opted_out: bool
    expires_at: datetime | None
    wanted: str
    order: Sequence[str]
    addresses: Collection[str]
    texts: Collection[str]
    quiet: QuietHours | None


class Decision(Struct, frozen=True):
    """Send by `channel`, or do not: `reason` says why, `until` to when it is postponed."""

    what: Literal["send", "postpone", "suppress", "expire"]
    channel: str = ""
    reason: Reason = ""
    until: datetime | None = None


def decide(facts: Facts) -> Decision:
    """Decide what becomes of a waiting message. Source: ORD-5 of the gate; docs/decisions/0009."""
    if reason := _standing_reason(facts):
        return Decision("suppress", reason=reason)
    if facts.expires_at is not None and facts.now >= facts.expires_at:
        return Decision("expire", reason="too_late")
    order = [facts.wanted] if facts.wanted else list(facts.order)
    reachable = [channel for channel in order if channel in facts.addresses]
    if not reachable:
        return Decision("suppress", reason="no_address")
    channel = next((channel for channel in reachable if channel in facts.texts), "")
    if not channel:
        return Decision("suppress", reason="no_text")
    if facts.quiet is not None and (until := allowed_from(facts.now, facts.quiet)) > facts.now:
        return Decision("postpone", until=until)
    return Decision("send", channel=channel)


def _standing_reason(facts: Facts) -> Reason:
    if facts.simulated:
        return "simulated"
    if facts.gone:
        return facts.gone
    if facts.switched_off:
        return "switched_off"
    return "opted_out" if facts.opted_out else ""


def pause(attempts: int, *, first_s: int, cap_s: int, chance: float) -> timedelta:
    """Compute how long to wait after the n-th failed attempt (1 is the first).

    Doubles up to the cap; `chance` 0–1 takes away up to a quarter, so that failures do not march in step.
    """
    longest = min(cap_s, first_s * 2 ** min(attempts - 1, 30))
    return timedelta(seconds=longest * (1 - chance / 4))


def next_portion(count: int, *, took_s: float, most: int) -> int:
    """Compute how many messages to begin together, after so many took so long to hand over.

    What goes over in a quarter of a second: a sender that dies leaves no more than that with an open fate. It grows
    fourfold at most, for one quick answer promises nothing.
    """
    fitting = most if took_s <= 0 else int(count * PORTION_S / took_s)
    return max(1, min(fitting, 4 * count, most))


def may(state: str, verb: Verb) -> bool:
    """Tell whether the state has the transition."""
    return (state, verb) in TRANSITIONS


def falls_back(state: str, *, via: str, wanted: str) -> bool:
    """Tell whether a message goes on by another channel: a short one that certainly did not arrive.

    `wanted` is the channel its sender insisted on, if any. One whose fate is unknown may have arrived.
    """
    return state in ("failed", "bounced") and via == "sms" and not wanted
