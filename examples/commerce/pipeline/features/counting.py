"""What is counted: of each customer, each day, and each product that a customer bought.

What may be learnt is in the same tables: the time is parted at a day, what came before it is counted, and what came
after it (``again``, ``later``) is what is to be foretold.
"""

import io

import pandas as pd

#: The part of all days that is counted; the rest is what came after.
BEFORE = 0.75


def read(text: str) -> pd.DataFrame:
    """The lines of all orders, as ``clean`` wrote them, and what each line cost."""
    frame = pd.read_csv(io.StringIO(text), dtype={"order": str, "customer": str, "product": str})
    return frame.assign(day=pd.to_datetime(frame["day"]), cost=frame["quantity"] * frame["price"])


def days(lines: pd.DataFrame) -> pd.DataFrame:
    """What was sold on each day, days without an order among them."""
    sold = lines.groupby("day").agg(orders=("order", "nunique"), revenue=("cost", "sum"))
    return (
        sold.reindex(pd.date_range(sold.index.min(), sold.index.max(), name="day"), fill_value=0).round(2).reset_index()
    )


def parted_at(lines: pd.DataFrame) -> pd.Timestamp:
    """The day that parts before and after."""
    first, last = lines["day"].min(), lines["day"].max()
    return (first + (last - first) * BEFORE).normalize()


def customers(lines: pd.DataFrame) -> pd.DataFrame:
    """A row for each customer of before: orders, cost, days since the first and last; ``later``, what came after."""
    part = parted_at(lines)
    before, after = lines[lines["day"] <= part], lines[lines["day"] > part]
    counted = before.groupby("customer").agg(
        orders=("order", "nunique"), spent=("cost", "sum"), first=("day", "min"), last=("day", "max")
    )
    for column in ("first", "last"):
        counted[f"since_{column}"] = (part - counted.pop(column)).dt.days
    later = after.groupby("customer")["cost"].sum()
    return counted.assign(later=later.reindex(counted.index, fill_value=0.0)).round(2).reset_index()


def pairs(lines: pd.DataFrame) -> pd.DataFrame:
    """A row for each product that a customer bought before: how often, how long ago; ``again``, whether also after."""
    part, key = parted_at(lines), ["customer", "product"]
    before, after = lines[lines["day"] <= part], lines[lines["day"] > part]
    counted = before.groupby(key).agg(times=("order", "nunique"), quantity=("quantity", "sum"), last=("day", "max"))
    counted["since_last"] = (part - counted.pop("last")).dt.days
    bought = after.groupby(key).size().reindex(counted.index, fill_value=0)
    return counted.assign(again=(bought > 0).astype(int)).reset_index()
