"""Pages about staff, roles, tokens and the own account."""
