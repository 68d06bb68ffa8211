"""Pages for customers: signed links now, no sign-in. Phone first, plain words."""
