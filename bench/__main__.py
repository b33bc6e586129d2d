"""``make bench``: every figure, one table after the other. Nothing here asserts anything."""

from bench import builds, ledgers, versions

versions.main([])
ledgers.main([])
builds.main([])
