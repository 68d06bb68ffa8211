"""Words for people: catalogues are whole, and pages speak the reader's language."""
