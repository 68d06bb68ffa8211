"""What the desk does on hearing others."""
