"""``make bench``: every figure, one table after the other. Nothing here asserts anything."""

from bench import versions

versions.main([])
