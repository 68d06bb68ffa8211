"""Take orders in, mend them, move them on."""
