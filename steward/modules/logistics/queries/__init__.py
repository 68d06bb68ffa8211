"""Reads of logistics for every interface: nothing here writes."""
