"""Buyers, identities, addresses, consent."""
