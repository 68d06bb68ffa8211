"""Rows of customers: buyers, how they are known, their terms, which of them are one person, how they sign in."""

from steward.modules.customers.models.buyers import Account, Customer, Identity
from steward.modules.customers.models.merging import Merge, MergeRule, Proposal
from steward.modules.customers.models.sign_in import SignInCode, UploadDay, Visit, WrongCode

__all__ = [
    "Account",
    "Customer",
    "Identity",
    "Merge",
    "MergeRule",
    "Proposal",
    "SignInCode",
    "UploadDay",
    "Visit",
    "WrongCode",
]
