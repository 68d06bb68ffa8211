"""Shipments, the packing table, hand-over, prints, tracking and claims."""
