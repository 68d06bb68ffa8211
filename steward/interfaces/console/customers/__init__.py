"""Pages about customers: the list, one person with everything about them, who may be the same."""
