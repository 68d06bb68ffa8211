"""The business: one ordered stack of modules."""
