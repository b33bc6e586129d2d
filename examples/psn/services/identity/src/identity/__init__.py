"""Who a player is."""
