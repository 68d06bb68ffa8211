"""Pure rules of surge mode."""
