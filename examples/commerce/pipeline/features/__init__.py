"""What is counted of customers, days and products."""
