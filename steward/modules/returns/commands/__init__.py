"""What changes in returns: policies and reasons, cases."""
