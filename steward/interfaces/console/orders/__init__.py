"""Pages of orders: list, queues, one order, entry by hand."""
