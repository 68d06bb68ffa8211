"""Stories through the interfaces, rules of the architecture, and what keeps the ground under them."""
