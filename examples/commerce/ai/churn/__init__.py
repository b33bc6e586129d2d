"""Who will not come back."""
