"""Pure decisions about time limits: which policy counts, what a clock says, what happens to it and when."""

from steward.modules.deadlines.rules.clocks import Clock, Done, Terms, as_of, consumed_us, next_step_at
from steward.modules.deadlines.rules.conditions import BadCondition, Clause, holds, parse
from steward.modules.deadlines.rules.ladders import BadLadder, Plan, Rung, Warn, plan_of
from steward.modules.deadlines.rules.states import ClockFacts, ClockState, clock_state, due_at, is_breached

__all__ = [
    "BadCondition",
    "BadLadder",
    "Clause",
    "Clock",
    "ClockFacts",
    "ClockState",
    "Done",
    "Plan",
    "Rung",
    "Terms",
    "Warn",
    "as_of",
    "clock_state",
    "consumed_us",
    "due_at",
    "holds",
    "is_breached",
    "next_step_at",
    "parse",
    "plan_of",
]
