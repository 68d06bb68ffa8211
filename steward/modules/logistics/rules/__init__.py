"""Pure rules of logistics: prices, the choice of a service, scores."""
