"""Stories as people live them: a real browser, a real web process and worker, a real database."""
