"""Pages of surge mode."""
