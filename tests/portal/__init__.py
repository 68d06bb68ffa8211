"""The portal as customers meet it."""
