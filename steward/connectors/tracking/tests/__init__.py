"""Tests of tracking connectors."""
