"""The chat that shops show on their own pages: the script, the frame, and the doors its browser calls."""
