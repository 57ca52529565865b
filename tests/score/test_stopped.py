"""What stopped trials are taken to say on the folds that they lack."""

from __future__ import annotations

import numpy as np

from bench.score.stopped import Completed

NAN = np.nan
FOLD_OF = np.array([[0, 0, 0, 1, 1, 2, 2]])
LEADER = np.array([[0.1, 0.2, 0.3, 0.9, 0.8, 0.9, 0.8]])
SECOND = np.array([[0.1, 0.2, 0.3, 0.05, 0.25, 0.3, 0.1]])
CONSTANT = np.array([[0.5] * 3 + [0.4] * 2 + [0.6] * 2])
# Of the rows seen its own are 0.6, 0.7, 0.9. The second puts row 3 below all of its own there, row 4 above two of
# three, row 5 above two, row 6 above none.
STOPPED = np.array([[0.9, 0.6, 0.7, NAN, NAN, NAN, NAN]])


def test_a_stopped_trial_says_on_a_fold_it_lacks_what_another_says_at_its_own_scale() -> None:
    trials = Completed({"a": LEADER, "b": SECOND, "c": CONSTANT}, {"s": STOPPED}, FOLD_OF, "a")
    assert list(trials) == ["a", "b", "c", "s"]
    # Two thirds of the way from 0.6 over 0.7 to 0.9 lies 0.7 + 0.2 / 3.
    np.testing.assert_allclose(trials["s"], [[0.9, 0.6, 0.7, 0.6, 0.7 + 0.2 / 3, 0.7 + 0.2 / 3, 0.6]])
    np.testing.assert_array_equal(trials["b"], SECOND)


def test_another_stopped_trial_speaks_where_it_ran() -> None:
    further = SECOND.copy()
    further[0, 5:] = NAN
    trials = Completed({"a": LEADER, "b": SECOND}, {"s": STOPPED, "t": further}, FOLD_OF, "a")
    assert (len(trials), trials["t"].shape) == (4, (1, 7))
    np.testing.assert_array_equal(trials["t"][0, :5], further[0, :5])
    np.testing.assert_allclose(trials["s"][0, 3:5], [0.6, 0.7 + 0.2 / 3])  # of fold 1 both say the same


def test_a_trial_is_left_out_where_only_the_leader_and_a_constant_ran_on() -> None:
    further = SECOND.copy()
    further[0, 5:] = NAN
    trials = Completed({"a": LEADER, "c": CONSTANT}, {"s": STOPPED, "t": further}, FOLD_OF, "a")
    assert list(trials) == ["a", "c"]


def test_the_same_is_said_each_time_whatever_else_was_stopped() -> None:
    finished = {"a": LEADER, "b": SECOND, "d": SECOND[:, ::-1].copy()}
    alone = Completed(finished, {"s": STOPPED}, FOLD_OF, "a")
    once = alone["s"]
    np.testing.assert_array_equal(alone["s"], once)
    beside = Completed(finished, {"r": STOPPED, "s": STOPPED}, FOLD_OF, "a")
    np.testing.assert_array_equal(beside["s"], once)


def test_a_second_repeat_that_did_not_run_is_completed_too() -> None:
    fold_of = np.array([[0, 0, 1, 1], [1, 1, 0, 0]])
    said = np.array([[0.1, 0.3, 0.2, 0.1], [0.1, 0.3, 0.2, 0.1]])
    stopped = np.array([[0.4, 0.8, NAN, NAN], [NAN] * 4])
    trials = Completed({"a": said, "b": said}, {"s": stopped}, fold_of, "a")
    # Of the others' 0.1 and 0.3 none lies below 0.1, and one of two below 0.2 and 0.3: half-way from 0.4 to 0.8.
    np.testing.assert_allclose(trials["s"], [[0.4, 0.8, 0.6, 0.4], [0.4, 0.6, 0.6, 0.4]])
