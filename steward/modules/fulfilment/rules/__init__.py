"""Pure rules of allocation: what may serve an order, what it costs, and which choice is best."""
