"""Read clocks and policies: what runs, what is due next, what is late, which limits there are."""

from steward.modules.deadlines.queries.histories import HistoryView, histories_of
from steward.modules.deadlines.queries.policies import (
    PolicyView,
    active_policies,
    find_policy,
    policy_history,
)
from steward.modules.deadlines.queries.previews import due_by_team, due_preview
from steward.modules.deadlines.queries.views import (
    ClockView,
    Look,
    TimeLimit,
    clocks_of,
    late_subjects,
    next_clocks,
    open_clocks,
    soonest,
    standing_clocks,
    time_limits,
)

__all__ = [
    "ClockView",
    "HistoryView",
    "Look",
    "PolicyView",
    "TimeLimit",
    "active_policies",
    "clocks_of",
    "due_by_team",
    "due_preview",
    "find_policy",
    "histories_of",
    "late_subjects",
    "next_clocks",
    "open_clocks",
    "policy_history",
    "soonest",
    "standing_clocks",
    "time_limits",
]
