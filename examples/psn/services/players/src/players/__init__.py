"""What a player shows to others."""
