"""Calls: who rings, who was missed, whose extension is whose."""
