"""Compensation for customers: proposed, decided, given, out of budgets."""
