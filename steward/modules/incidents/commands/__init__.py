"""Measure queues, write plans, switch surge mode on and off."""

from steward.modules.incidents.commands.plans import PlanDraft, UnfitPlan, retire_plan, save_plan
from steward.modules.incidents.commands.sampling import forget_samples, sample_queue
from steward.modules.incidents.commands.surging import (
    AlreadySurging,
    ReasonMissing,
    end_surge,
    judge_queue,
    start_surge,
)

__all__ = [
    "AlreadySurging",
    "PlanDraft",
    "ReasonMissing",
    "UnfitPlan",
    "end_surge",
    "forget_samples",
    "judge_queue",
    "retire_plan",
    "sample_queue",
    "save_plan",
    "start_surge",
]
