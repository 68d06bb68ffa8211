"""How Steward's processes start, watch each other and end."""
