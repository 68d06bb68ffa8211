"""Pure rules of stock: promising, moving, setting aside."""
