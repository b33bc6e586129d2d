"""What a customer will buy again."""
