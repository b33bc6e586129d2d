"""What every function of the shop needs."""
