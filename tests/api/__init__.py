"""The JSON API and the callbacks, as programs see them."""
