import json

import clean.app
import features.app
import pytest
from forecast.series import ahead
from recommend.best import best

from rehearsal import orders
from shared.learning import examples

DAYS = "day,orders,revenue\n" + "".join(f"2026-11-{n:02},1,{10 * n}\n" for n in range(1, 11))


def never(_figures, _count):
    pytest.fail("foretold from too little")


def test_rows_become_examples():
    text = "customer,orders,later\nada,2,11.2\nbob,1,0\n"
    given = examples(text, ["customer"], ["orders"], "later")
    assert given.keys == (("ada",), ("bob",))
    assert given.known == ((2.0,), (1.0,))
    assert given.wanted == (11.2, 0.0)


@pytest.mark.parametrize(("rows", "enough"), [(19, False), (20, True)])
def test_too_few_rows_are_not_enough(rows, enough):
    text = "customer,orders,later\n" + "".join(f"c-{n},1,{n % 2}\n" for n in range(rows))
    assert examples(text, ["customer"], ["orders"], "later").enough() is enough


def test_rows_of_one_outcome_are_not_enough_and_no_rows_neither():
    text = "customer,orders,later\n" + "c,1,0\n" * 50
    assert not examples(text, ["customer"], ["orders"], "later").enough()
    assert not examples(None, ["customer"], ["orders"], "later").enough()


def test_with_less_than_four_weeks_each_day_is_like_the_last_week_s_mean():
    assert ahead(DAYS, 2, never) == {"days": {"2026-11-11": 70.0, "2026-11-12": 70.0}, "by": "the last week's mean"}


def test_with_four_weeks_a_model_foretells_and_nobody_sells_less_than_nothing():
    days = "day,orders,revenue\n" + "".join(f"2026-11-{n:02},1,5\n" for n in range(1, 29))
    told = ahead(days, 3, lambda figures, count: [sum(figures), -1.0, 2.345][:count])
    assert told == {"days": {"2026-11-29": 140.0, "2026-11-30": 0.0, "2026-12-01": 2.35}, "by": "its weeks"}


def test_without_days_nothing_is_foretold():
    assert ahead(None, 14, never) == {"days": {}, "by": "nothing"}


def test_the_likeliest_products_come_first():
    scored = [(("ada", "tea"), 0.2), (("ada", "jam"), 0.9), (("ada", "milk"), 0.2), (("bob", "tea"), 0.1)]
    assert best(scored, 2) == {"ada": ["jam", "milk"], "bob": ["tea"]}


@pytest.fixture
def learnt_from(history, store, monkeypatch):
    """Half a year of orders, in what each function takes for its bucket."""
    history["orders/2026.jsonl"] = "\n".join(map(json.dumps, orders(customers=60, days=180)))
    clean.app.run(history, store)
    features.app.run(store)

    def of(name, library):
        pytest.importorskip(library)
        module = pytest.importorskip(f"{name}.app")
        monkeypatch.setattr(module, "own", lambda: store)
        return module.handler({}, None), json.loads(store[f"results/{name}.json"])

    return of


def test_forecast_sees_the_weeks(learnt_from):
    answer, result = learnt_from("forecast", "statsmodels")
    assert answer == {"days": 14, "by": "its weeks"}
    assert all(each >= 0 for each in result["days"].values())


def test_churn_finds_those_who_stayed_away(learnt_from):
    answer, result = learnt_from("churn", "sklearn")
    assert answer["customers"] == len(result) == 60
    assert 0 < answer["likely"] < 40


def test_value_is_for_every_customer(learnt_from):
    answer, result = learnt_from("value", "xgboost")
    assert answer["customers"] == len(result) == 60
    assert answer["in-all"] > 0


def test_recommend_names_three_products_at_most(learnt_from):
    answer, result = learnt_from("recommend", "lightgbm")
    assert answer["customers"] == len(result["products"]) == 60
    assert {len(each) for each in result["products"].values()} <= {1, 2, 3}
