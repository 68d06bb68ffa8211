"""Messages: delivery, texts, notices, webhooks, what the development carriers took."""
