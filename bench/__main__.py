"""``make bench``: every figure, one table after the other. Nothing here asserts anything."""

from bench import builds, exports, ledgers, versions

versions.main([])
ledgers.main([])
exports.main([])
builds.main([])
