"""Allocate orders, run waves, keep the policy."""
