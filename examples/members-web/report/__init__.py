"""The report of the members: an image, for the library that it counts with."""
