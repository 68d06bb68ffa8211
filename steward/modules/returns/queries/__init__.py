"""Reads of returns for every interface: nothing here writes."""
