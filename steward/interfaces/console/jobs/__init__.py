"""Parked jobs: what kept failing, and running it again."""
