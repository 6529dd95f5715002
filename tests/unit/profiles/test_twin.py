"""A twin knows columns that the others tell, notices when they do not fit, and leaves alone what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.profiles.twins import COLUMNS, PLAN, TARGET, halves_of, learnt, numbers_of, world

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.twin import Apart, Learnt, Twin, learn, outputs_of
from bellbuoy.sources.port import Categories, Numbers
from bellbuoy.windows import Grain

LIVE = world(seed=1)


@pytest.fixture(scope="module")
def made() -> Learnt:
    return learnt()


@pytest.fixture(scope="module")
def twin(made: Learnt) -> Twin:
    return made.twin


def size(apart: Apart) -> float:
    return float(np.abs(apart.values[~apart.strange & ~np.isnan(apart.values)]).mean())


def test_it_knows_the_columns_that_others_tell(twin: Twin) -> None:
    assert [guess.column for guess in twin.guesses] == ["a", "b", "score"]
    assert all(guess.skill > 0.8 for guess in twin.guesses)


def test_an_input_matters_as_much_as_the_score_hangs_on_it(twin: Twin) -> None:
    known = twin.importance
    assert sum(known.values()) == pytest.approx(1, abs=1e-3)
    # The score is made of a and k; b follows from a, and c says nothing.
    assert known["a"] + known["b"] > known["k"] > 0.1 > known["c"]
    assert "score" not in known


def test_without_a_guess_of_an_output_nothing_is_known_to_matter(twin: Twin) -> None:
    inputs = tuple(guess for guess in twin.guesses if guess.column in twin.inputs)
    assert replace(twin, guesses=inputs).importance == {}


def test_of_several_outputs_an_input_has_the_mean(twin: Twin) -> None:
    (score,) = (guess for guess in twin.guesses if guess.column == "score")
    other = replace(score, column="other", weights=np.roll(score.weights, 1))
    both = replace(twin, guesses=(score, other)).importance
    assert list(both.values()) == pytest.approx((score.weights + other.weights) / 2, abs=1e-4)


def test_rows_like_the_reference_set_lie_near_it(twin: Twin) -> None:
    assert all(size(apart) < 0.06 for apart in twin.distances(LIVE.columns).values())


def test_a_column_in_another_unit_lies_far_from_it(twin: Twin) -> None:
    wrong = world(seed=1, b=numbers_of(LIVE, "b") * 0.7)
    apart = twin.distances(wrong.columns)["b"]
    assert size(apart) > 0.15
    assert np.nanmean(apart.values) < -0.15


def test_a_shuffled_column_keeps_its_distribution_and_is_seen(twin: Twin) -> None:
    mixed = np.random.default_rng(3).permutation(numbers_of(LIVE, "a"))
    assert size(twin.distances(world(seed=1, a=mixed).columns)["a"]) > 0.2


def test_another_function_that_serves_is_seen_while_inputs_fit(twin: Twin) -> None:
    distances = twin.distances(world(seed=1, score=1 - numbers_of(LIVE, "score")).columns)
    assert size(distances["score"]) > 0.3
    assert size(distances["a"]) < 0.06


def test_a_column_that_the_score_does_not_use_may_be_anything(twin: Twin) -> None:
    distances = twin.distances(world(seed=1, c=numbers_of(LIVE, "c") + 100).columns)
    assert np.array_equal(distances["score"].strange, twin.distances(LIVE.columns)["score"].strange)
    assert size(distances["score"]) < 0.06


def test_a_row_with_an_input_beyond_the_reference_set_is_left_out(twin: Twin) -> None:
    moved = world(seed=1, a=numbers_of(LIVE, "a") + 100)
    assert twin.distances(moved.columns)["score"].strange.all()


def test_a_column_that_is_itself_beyond_is_not_left_out(twin: Twin) -> None:
    moved = world(seed=1, a=numbers_of(LIVE, "a") + 100)
    apart = twin.distances(moved.columns)["a"]
    assert apart.strange.mean() < 0.1
    assert np.nanmean(apart.values) > 0.3


def test_a_row_of_an_unseen_category_is_left_out(twin: Twin) -> None:
    codes = np.zeros(LIVE.count, np.int32)
    columns = {**LIVE.columns, "k": Categories(codes, ("new",))}
    assert twin.distances(columns)["score"].strange.all()


def test_a_row_without_the_value_has_no_distance_and_is_not_strange(twin: Twin) -> None:
    apart = twin.distances(world(seed=1, b=np.full(LIVE.count, np.nan)).columns)["b"]
    assert np.isnan(apart.values).all()
    assert not apart.strange.any()


def test_distances_are_whole_steps_so_that_their_sums_are_exact(twin: Twin) -> None:
    values = twin.distances(LIVE.columns)["a"].values * 64
    assert (values == np.round(values)).all()


def test_rows_that_it_was_learnt_from_have_distances_from_the_other_half(made: Learnt) -> None:
    own, live = size(made.distances["a"]), size(made.twin.distances(LIVE.columns)["a"])
    assert own == pytest.approx(live, rel=0.2)


def test_a_column_never_tells_itself(twin: Twin) -> None:
    place = list(twin.inputs)
    guesses = {guess.column: guess for guess in twin.guesses}
    assert all(guesses[name].weights[place.index(name)] == 0 for name in ("a", "b"))


def test_outputs_are_no_inputs(twin: Twin) -> None:
    assert list(twin.inputs) == ["a", "b", "c", "k"]


def test_few_rows_teach_nothing() -> None:
    few = world(rows=499)
    assert learn(few.columns, halves_of(499), PLAN, TARGET, 1.0) is None


def test_inputs_that_tell_nothing_make_no_twin() -> None:
    plan = Plan(Grain.DAY, "ts", ("c",))
    assert learn(world().columns, halves_of(4_000), plan, replace(TARGET, scores=()), 1.0) is None


def test_a_single_input_still_tells_of_the_score() -> None:
    made = learn(world().columns, halves_of(4_000), replace(PLAN, columns=("a", "score")), TARGET, 1.0)
    assert made is not None
    assert [guess.column for guess in made.twin.guesses] == ["score"]


def test_no_input_at_all_is_no_twin() -> None:
    assert learn(world().columns, halves_of(4_000), replace(PLAN, columns=("score",)), TARGET, 1.0) is None


def test_a_constant_and_an_empty_column_do_no_harm() -> None:
    odd = world(a=np.full(4_000, 3.0), b=np.full(4_000, np.nan))
    made = learn(odd.columns, halves_of(4_000), PLAN, TARGET, 1.0)
    assert made is None or "b" not in made.twin.inputs


def test_the_same_rows_teach_the_same(twin: Twin) -> None:
    again = learnt().twin.distances(LIVE.columns)
    assert (again["score"].values == twin.distances(LIVE.columns)["score"].values).all()


@pytest.mark.parametrize(
    ("target", "outputs"),
    [
        (Target("binary", ("0", "1"), ("p",), "yes"), ("p",)),
        (Target("binary", ("0", "1"), (), "yes"), ()),
        (Target("multiclass", ("x", "y"), ("px", "py"), "best"), ("px", "py")),
        (Target("regression", (), (), "guess"), ("guess",)),
    ],
)
def test_what_a_model_puts_out_is_its_scores_or_its_number(target: Target, outputs: tuple[str, ...]) -> None:
    assert outputs_of(target) == outputs


def test_it_says_which_columns_it_needs(twin: Twin) -> None:
    assert twin.columns == set(COLUMNS)


def test_infinities_and_nulls_of_inputs_are_strange_and_no_fault(twin: Twin) -> None:
    odd = numbers_of(LIVE, "a").copy()
    odd[:3] = np.inf, -np.inf, np.nan
    columns = {**LIVE.columns, "a": Numbers(odd, np.isnan(odd))}
    assert twin.distances(columns)["score"].strange[:3].all()
