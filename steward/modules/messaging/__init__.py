"""Messages out: outbox, templates, preferences, delivery, staff notices, signed links, outgoing webhooks."""
