"""Stories told through the interfaces."""
