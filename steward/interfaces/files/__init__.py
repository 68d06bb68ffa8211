"""Files behind signed links, for staff and customers alike."""
