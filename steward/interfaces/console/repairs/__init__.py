"""Repairs: the queue, one repair on a technician's phone, and every step of it."""
