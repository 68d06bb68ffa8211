"""Floods: whether what is promised holds when ten times as much comes in."""
