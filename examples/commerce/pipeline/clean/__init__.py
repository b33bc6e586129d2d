"""One table of all orders, each once."""
