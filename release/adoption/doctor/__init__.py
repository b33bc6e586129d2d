"""release doctor: what is wrong, here, on GitHub and in the account; it looks and changes nothing."""
