"""Pages of the console through a browser without scripts."""
