"""Every clock: policies and what runs under them."""
