"""Tomorrow and the days after it."""
