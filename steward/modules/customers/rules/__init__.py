"""Decide what is right about buyers' addresses, phones and names; pure, no Django, no I/O."""
