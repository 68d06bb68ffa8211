"""What a telephone system tells of calls, in any order and more than once, and the story it makes of each.

Source: CUS-3, DSK-4 (a call is answered within 30 seconds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

KINDS = ("ring", "answer", "hold", "resume", "transfer", "hang_up", "record")
DIRECTIONS = ("in", "out")
STATES = ("ringing", "answered", "held", "ended", "missed")
CALL_BACK_STATES = ("open", "done", "dropped")
Kind = Literal["ring", "answer", "hold", "resume", "transfer", "hang_up", "record"]
State = Literal["ringing", "answered", "held", "ended", "missed"]


class CallNews(Struct, frozen=True, kw_only=True):
    """One thing that happened to a call. `number` is the customer's, `extension` ours; `agent` a user name.

    A transfer names in `extension` where the call went; a recording its address in `url`.
    """

    call_id: str
    kind: Kind
    at: datetime
    direction: Literal["in", "out"] = "in"
    number: str = ""
    called: str = ""
    extension: str = ""
    agent: str = ""
    reason: str = ""
    url: str = ""


class Happened(Struct, frozen=True):
    """One thing that happened to a call, as it is kept."""

    kind: str
    at: datetime
    extension: str = ""
    staff_id: int | None = None
    url: str = ""


class Story(Struct, frozen=True):
    """Where a call stands after all that is known of it. Units: seconds."""

    state: State
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    held_s: int
    transfers: int
    extension: str
    staff_id: int | None
    recording_url: str


def story(told: Iterable[Happened], *, direction: str) -> Story:
    """Tell a call's story from all that was ever told of it, whatever came first."""
    events = sorted(told, key=lambda one: (one.at, KINDS.index(one.kind)))
    ended_at = max((one.at for one in events if one.kind == "hang_up"), default=None)
    answered_at = min((one.at for one in events if one.kind == "answer"), default=None)
    held_s, holding = _held(events, ended_at)
    state: State = "ringing"
    if ended_at is not None:
        state = "ended" if answered_at is not None or direction == "out" else "missed"
    elif answered_at is not None:
        state = "held" if holding else "answered"
    return Story(
        state=state,
        rang_at=min((one.at for one in events if one.kind == "ring"), default=None),
        answered_at=answered_at,
        ended_at=ended_at,
        held_s=held_s,
        transfers=sum(one.kind == "transfer" for one in events),
        extension=next((one.extension for one in reversed(events) if one.extension), ""),
        staff_id=next((one.staff_id for one in reversed(events) if one.staff_id is not None), None),
        recording_url=next((one.url for one in reversed(events) if one.url), ""),
    )


def _held(events: Sequence[Happened], ended_at: datetime | None) -> tuple[int, bool]:
    """Add up the seconds on hold; tell whether the caller is on hold now."""
    total, since = 0.0, None
    for one in events:
        if one.kind == "hold":
            since = since or one.at
        elif one.kind in ("resume", "transfer", "hang_up") and since is not None:
            total, since = total + (one.at - since).total_seconds(), None
    if since is not None and ended_at is not None and ended_at > since:
        total, since = total + (ended_at - since).total_seconds(), None
    return int(total), since is not None
