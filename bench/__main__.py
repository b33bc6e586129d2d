"""``make bench``: every figure, one table after the other. Nothing here asserts anything.

The table of the export is kept in build/bench.
"""

from bench import builds, exports, ledgers, versions

versions.main([])
ledgers.main([])
exports.main(["--out", "build/bench"])
builds.main([])
