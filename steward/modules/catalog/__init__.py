"""Shops and the goods they sell."""
