"""Says of an event how unusual it is."""
