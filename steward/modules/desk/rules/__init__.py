"""Pure rules of the desk."""
