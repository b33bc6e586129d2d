"""What a board asks: how many members there are, and how many of them joined in each year."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pandas as pd
from memberskit.members import Member


def figures(members: Iterable[Member]) -> dict[str, Any]:
    frame = pd.DataFrame([asdict(each) for each in members], columns=["email", "name", "joined"])
    years = frame["joined"].astype("string").str[:4].value_counts().sort_index()
    domains = frame["email"].astype("string").str.split("@").str[-1].nunique()
    return {"members": len(frame), "joined": {str(k): int(v) for k, v in years.items()}, "domains": int(domains)}
