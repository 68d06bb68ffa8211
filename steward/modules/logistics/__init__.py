"""Carriers, their services, tariffs and record; which service carries a parcel; shipments and their way."""
