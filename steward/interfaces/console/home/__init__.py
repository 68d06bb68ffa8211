"""My work: the home of everybody."""
