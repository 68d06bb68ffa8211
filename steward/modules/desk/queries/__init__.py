"""Read tickets, conversations and queues."""
