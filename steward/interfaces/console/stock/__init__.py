"""Stock: what may be sold, what is promised, and the movements behind it."""
