"""Read what the customers module knows."""
