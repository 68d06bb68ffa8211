"""Ask for approval, decide, withdraw, let lapse; set who has to agree."""

from steward.modules.approvals.commands.asking import Ask, Asked, ask_approvals, withdraw_approvals
from steward.modules.approvals.commands.deciding import (
    AlreadyDecided,
    DecidedElsewhere,
    NotYours,
    OwnMatter,
    ReasonMissing,
    decide,
    decide_many,
    expire_due,
    give_verdict,
)
from steward.modules.approvals.commands.policies import set_policy

__all__ = [
    "AlreadyDecided",
    "Ask",
    "Asked",
    "DecidedElsewhere",
    "NotYours",
    "OwnMatter",
    "ReasonMissing",
    "ask_approvals",
    "decide",
    "decide_many",
    "expire_due",
    "give_verdict",
    "set_policy",
    "withdraw_approvals",
]
