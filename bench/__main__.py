"""``make bench``: every figure, one table after the other. Nothing here asserts anything."""

from bench import builds, versions

versions.main([])
builds.main([])
