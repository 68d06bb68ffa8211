"""Read allocations, waves and policies."""
