"""From intake to approval."""
