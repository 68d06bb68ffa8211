"""What payment providers told us."""
