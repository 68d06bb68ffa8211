"""The service desk's inbox: queues, tickets, answering and what belongs to it."""
