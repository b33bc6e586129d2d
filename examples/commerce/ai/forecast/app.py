"""Started by a schedule: what the shop will sell on each day of the coming fortnight."""

from collections.abc import Sequence
from typing import Any

from statsmodels.tsa.holtwinters import ExponentialSmoothing

from forecast.series import WEEK, ahead
from shared.store import own, write_result


def foretell(figures: Sequence[float], count: int) -> list[float]:
    """Holt and Winters' smoothing: a level, a damped trend, and a week's seasons."""
    fitted = ExponentialSmoothing(
        list(figures), trend="add", damped_trend=True, seasonal="add", seasonal_periods=WEEK
    ).fit()
    return [float(each) for each in fitted.forecast(count)]


def handler(event: Any, _context: object) -> dict[str, Any]:
    store = own()
    result = ahead(store.read("features/days.csv"), int((event or {}).get("count", 14)), foretell)
    write_result(store, "forecast", result)
    return {"days": len(result["days"]), "by": result["by"]}
