"""Orders from files: upload, preview, progress, result."""
