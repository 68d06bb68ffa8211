"""Tests of machines at the packing table."""
