"""Incidents: what leaves the ordinary behind; surge mode when more comes in than people can take."""
