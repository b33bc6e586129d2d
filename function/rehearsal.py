"""The sample's own part of a rehearsal, named in release.toml as ``[rehearsal] seed``: members, a bucket, users.

``python3 function/rehearsal.py`` prints what the rehearsal must know, as docs/rehearsal.md asks for it;
``python3 function/rehearsal.py --token`` prints a reader's access token, for calls by hand.
"""

from __future__ import annotations

import os
import sys

from seeding.command import run

if __name__ == "__main__":
    print(run(sys.argv[1:], os.environ))
