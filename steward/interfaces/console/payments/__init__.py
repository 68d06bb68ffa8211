"""Money: what providers told us, what goes back, what statements say."""
