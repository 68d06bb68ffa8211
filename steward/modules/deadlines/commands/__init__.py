"""Start, stop, pause, date, restate, recompute and sweep clocks, and keep the policies they run under."""

from steward.modules.deadlines.commands.answering import Reply, answer_clocks
from steward.modules.deadlines.commands.by_hand import (
    WAITS,
    ClockStaysAsItIs,
    NoReason,
    UnfitDue,
    UnfitWait,
    date_clock,
    hold_clock,
    run_clock,
    undate_clock,
)
from steward.modules.deadlines.commands.dating import ClockDue, release_due, set_due
from steward.modules.deadlines.commands.ending import cancel_clocks, stop_clocks
from steward.modules.deadlines.commands.locking import ClockEnd, ClockStop
from steward.modules.deadlines.commands.owning import Owner, set_owners
from steward.modules.deadlines.commands.pausing import POSTPONED, ClockPause, pause_clocks, resume_clocks
from steward.modules.deadlines.commands.policies import (
    LONGEST_LIMIT_S,
    PolicyDraft,
    UnfitLimit,
    UnfitPolicy,
    add_policy,
    check_draft,
    draft_of,
    retire_policy,
    set_policy,
    set_time_limit,
)
from steward.modules.deadlines.commands.realigning import REALIGN_LIMIT, realign_all, realign_clocks
from steward.modules.deadlines.commands.reassigning import Handover, reassign_clocks
from steward.modules.deadlines.commands.restating import Restatement, restate_facts
from steward.modules.deadlines.commands.starting import ClockStart, reopen_clocks, start_clocks
from steward.modules.deadlines.commands.sweeping import SWEEP_LIMIT, sweep_due
from steward.modules.deadlines.commands.telling import (
    not_moved_above,
    tell_of_missing_holidays,
    tell_people,
    without_ladder,
)
from steward.modules.deadlines.queries.policies import forget_policies

__all__ = [
    "LONGEST_LIMIT_S",
    "POSTPONED",
    "REALIGN_LIMIT",
    "SWEEP_LIMIT",
    "WAITS",
    "ClockDue",
    "ClockEnd",
    "ClockPause",
    "ClockStart",
    "ClockStaysAsItIs",
    "ClockStop",
    "Handover",
    "NoReason",
    "Owner",
    "PolicyDraft",
    "Reply",
    "Restatement",
    "UnfitDue",
    "UnfitLimit",
    "UnfitPolicy",
    "UnfitWait",
    "add_policy",
    "answer_clocks",
    "cancel_clocks",
    "check_draft",
    "date_clock",
    "draft_of",
    "forget_policies",
    "hold_clock",
    "not_moved_above",
    "pause_clocks",
    "realign_all",
    "realign_clocks",
    "reassign_clocks",
    "release_due",
    "reopen_clocks",
    "restate_facts",
    "resume_clocks",
    "retire_policy",
    "run_clock",
    "set_due",
    "set_owners",
    "set_policy",
    "set_time_limit",
    "start_clocks",
    "stop_clocks",
    "sweep_due",
    "tell_of_missing_holidays",
    "tell_people",
    "undate_clock",
    "without_ladder",
]
