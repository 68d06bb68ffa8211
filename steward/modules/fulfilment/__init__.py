"""Fulfilment: from which warehouse and lot an order is served, at once or in waves, and why."""
