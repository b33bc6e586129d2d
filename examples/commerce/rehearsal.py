"""What a rehearsal needs that no template makes: the shop's bucket, with half a year of orders.

Run once for each environment, with the emulated AWS in its environment variables; prints what the template is given.
"""

import json
import os
import random
from datetime import date, timedelta
from typing import Any

import boto3

PRICES = {"bread": 3.2, "butter": 2.4, "cheese": 6.5, "coffee": 8.9, "jam": 4.1, "milk": 1.3, "tea": 5.6}


def orders(customers: int, days: int) -> list[dict[str, Any]]:
    """Orders of customers who each have a rhythm and favourites; a third of them stay away from some day on."""
    draw, first, found = random.Random(7), date(2026, 5, 4), []
    for number in range(customers):
        gap, favourites = draw.randint(3, 21), draw.sample(sorted(PRICES), 4)
        leaves = days if number % 3 else draw.randint(days // 4, days)
        for day in range(draw.randint(0, gap), leaves, gap):
            lines = [
                {"product": product, "quantity": draw.randint(1, 3), "price": PRICES[product]}
                for product in favourites[: draw.randint(1, 4)]
            ]
            when = (first + timedelta(day)).isoformat()
            found.append({"order": f"o-{number}-{day}", "customer": f"c-{number}", "day": when, "lines": lines})
    return found


def main() -> None:
    bucket = f"shop-{os.environ['RELEASE_ENVIRONMENT']}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    body = "\n".join(json.dumps(each) for each in orders(customers=60, days=180))
    s3.put_object(Bucket=bucket, Key="orders/2026.jsonl", Body=body.encode())
    print(json.dumps({"parameters": {"HistoryBucket": bucket}}))


if __name__ == "__main__":
    main()
