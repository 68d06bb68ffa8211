"""Intake neither oversells nor loses: many connections at once, and processes killed in the middle."""
