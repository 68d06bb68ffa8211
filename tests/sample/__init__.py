"""The sample merchant."""
