"""Django's PostgreSQL backend, which starts the bundled server when a first connection needs it."""
