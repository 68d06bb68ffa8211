"""Pages of four-eyes: what waits for a second person, and who has to agree to what."""
