"""What is sent to whom, when, through what, and what becomes of it; pure."""
