"""Pages about business numbers and the audit log."""
