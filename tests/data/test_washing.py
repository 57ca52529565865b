"""The made-up washing log."""

import numpy as np
import pandas as pd

from bench.data.washing import MISSING, SEGMENTS, make_washing


def test_the_same_seed_gives_the_same_log_and_another_one_another() -> None:
    one, again, other = make_washing(30, 1), make_washing(30, 1), make_washing(30, 2)
    pd.testing.assert_frame_equal(one.log, again.log)
    pd.testing.assert_frame_equal(one.propensities, again.propensities)
    assert len(one.log) != len(other.log)


def test_histories_are_of_one_run_and_of_hundreds_and_hold_gaps_and_a_placeholder() -> None:
    made = make_washing(400, 3)
    runs = made.log["household"].value_counts()
    assert (runs.min(), len(runs)) == (1, 400)
    assert runs.max() > 300
    assert (runs < 10).mean() > 0.2
    assert made.log[["started", "temperature", "load_kg", "kwh"]].isna().mean().between(0.005, 0.05).all()
    assert (made.log["programme"] == MISSING).mean() > 0.01


def test_runs_follow_the_propensities_of_their_household() -> None:
    made = make_washing(600, 4)
    log = made.log.dropna()
    hour = log["started"].str[11:13].astype(int)
    counted = pd.DataFrame(
        {
            "morning": (hour >= 5) & (hour < 11),
            "night": (hour >= 22) | (hour < 5),
            "hot": log["temperature"].isin(["60", "90"]),
            "full": log["load_kg"] >= 5,
        }
    )
    runs = log.groupby("household").size()
    found = counted.groupby(log["household"]).mean()[runs > 100]
    far = found - made.propensities.loc[found.index]
    assert far.abs().to_numpy().max() < 0.2
    assert np.abs(far.mean()).max() < 0.015


def test_segments_are_what_they_are_called() -> None:
    made = make_washing(600, 5)
    average = made.propensities.groupby(made.segment).mean()
    assert set(made.segment) == set(SEGMENTS)
    assert average.idxmax().to_dict() == {
        "morning": "early birds",
        "night": "singles",
        "hot": "hygiene sensitive",
        "full": "families",
    }
