"""Tests of reading price sheets."""
