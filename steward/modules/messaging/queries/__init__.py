"""Reads of messages, texts, preferences, notices, links and webhooks for every interface: nothing here writes."""
