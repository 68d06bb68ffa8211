"""Rows of customers: buyers, how they are known, their terms, and which of them are one person."""

from steward.modules.customers.models.buyers import Account, Customer, Identity
from steward.modules.customers.models.merging import Merge, MergeRule, Proposal

__all__ = ["Account", "Customer", "Identity", "Merge", "MergeRule", "Proposal"]
