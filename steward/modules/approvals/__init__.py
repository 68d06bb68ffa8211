"""Approvals: who has to agree to what, and who did."""
