"""Pure rules of orders: drafts, checks, transitions, steps, mappings."""
