"""Outside systems of our own that tests start on this machine."""
