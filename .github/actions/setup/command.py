"""The command `release` of this very tree, whatever lies in the folder where it is called: run with `python -I`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from release.cli import main

main()
