"""Steward (售后管家): from the order to the satisfied customer, one closed loop."""
