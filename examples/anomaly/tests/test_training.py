from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from rehearsal import calls
from shared.events import vector
from shared.forest import mean_depth, score
from training.grow import TooLittleError, lines, model, plain

# One split: at most 8 of the first number is a leaf of one point, above it a leaf of 255.
STUMP = SimpleNamespace(
    children_left=[1, -1, -1],
    children_right=[2, -1, -1],
    feature=[0, -2, -2],
    threshold=[8.0, -2.0, -2.0],
    n_node_samples=[256, 1, 255],
)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_a_tree_becomes_plain_data():
    assert plain(STUMP) == [0, 8.0, 1, 255]


def test_what_is_parted_early_is_unusual():
    forest = {"points": 256, "trees": [plain(STUMP)]}
    assert score(forest, [3.0]) == pytest.approx(2 ** -(1 / mean_depth(256)))
    assert score(forest, [13.0]) == pytest.approx(2 ** -((1 + mean_depth(255)) / mean_depth(256)))
    assert score(forest, [8.0]) > 0.9 > 0.5 > score(forest, [8.00001])


def test_the_depth_of_a_search_is_that_of_the_paper():
    assert [mean_depth(n) for n in (0, 1, 2)] == [0, 0, 1]
    assert mean_depth(256) == pytest.approx(10.2448, abs=1e-4)


def test_a_model_says_what_it_was_learnt_from_and_calls_few_of_it_unusual():
    learnt = model(calls(200), lambda vectors: ([STUMP], len(vectors)), NOW)
    assert learnt["learnt_from"] == 200
    assert learnt["learnt_at"] == "2026-11-25T00:00:00+00:00"
    scores = [score(learnt["forest"], vector(each, learnt["shares"])) for each in calls(200)]
    assert sum(each > learnt["limit"] for each in scores) <= 4


def test_nothing_is_learnt_from_a_short_history():
    with pytest.raises(TooLittleError, match="49 events are too few"):
        model(calls(49), lambda _: pytest.fail("grown all the same"), NOW)


def test_history_is_a_json_document_a_line():
    assert list(lines('{"a": 1}\n\n{"a": 2}\n')) == [{"a": 1}, {"a": 2}]


def test_the_forest_scores_as_scikit_learn_does():
    ensemble = pytest.importorskip("sklearn.ensemble")
    known = model(calls(300), lambda _: ([STUMP], 2), NOW)["shares"]
    vectors = [vector(each, known) for each in calls(300)]
    grown = ensemble.IsolationForest(n_estimators=20, random_state=7).fit(vectors)
    forest = {"points": int(grown.max_samples_), "trees": [plain(each.tree_) for each in grown.estimators_]}
    assert [score(forest, each) for each in vectors] == pytest.approx(list(-grown.score_samples(vectors)))
