"""The complaints centre, and asking customers afterwards."""
