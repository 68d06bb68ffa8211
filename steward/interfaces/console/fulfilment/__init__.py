"""Allocation in the console: waves, the policy, and why an order is served as it is."""
