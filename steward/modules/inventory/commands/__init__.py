"""Promise stock, give it back, move goods."""
