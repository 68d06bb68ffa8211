"""The editor of the order process."""
