"""Returns: policies, requests, parcels that come back, inspection, refunds, exchange, repair, compensation."""
