"""What several commands share, by subject."""
