"""Keep the carrier file and tariffs, choose services."""
