"""Rows of fulfilment: allocations and why, waves, and the policy they were made by."""

from steward.modules.fulfilment.models.allocations import Allocation
from steward.modules.fulfilment.models.policies import Backtest, Policy
from steward.modules.fulfilment.models.waves import Wave, WaveOrder

__all__ = ["Allocation", "Backtest", "Policy", "Wave", "WaveOrder"]
