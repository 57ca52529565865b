"""The comparison with other programs keeps what it ran, and takes means over what ended."""

from pathlib import Path

import pytest

from benchmarks.automl import contenders, print_differences, recorded, write

KEY = ("leads", "0", "2", "1")


def test_differences_are_paired_by_split_and_a_contender_that_failed_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "automl.csv"
    assert recorded(record) == {}
    for seed, ours, plain in ((0, 0.6, 0.5), (1, 0.6, 0.4), (2, 0.6, 0.3)):
        key = ("leads", str(seed), "2", "1")
        write(record, (*key, "auto", str(ours), "100.0"))
        write(record, (*key, "LightGBM", str(plain), "5.0"))
    write(record, (*KEY, "AutoGluon", "", ""))
    done = recorded(record)
    assert done[*KEY, "auto"] == (0.6, 100.0)
    print_differences("leads", range(3), 2.0, 1, done)
    shown = capsys.readouterr().out
    assert "| auto | 0.6000 | 100 |  |" in shown
    # The mean of 0.1, 0.2 and 0.3, give or take 4.303 * 0.1 / sqrt(3).
    assert "| LightGBM | 0.4000 | 5 | +0.2000 (-0.0484 to +0.4484), 3 seeds |" in shown
    assert "| AutoGluon | nan | nan | 1 failed |" in shown


def test_all_contenders_get_the_same_minutes() -> None:
    commands = contenders(2.0, "/other/python")
    assert commands["auto"][commands["auto"].index("--budget") + 1] == "120s"
    assert commands["AutoGluon"][0] == "/other/python"
    assert commands["AutoGluon"][-1] == "120"
    assert set(contenders(2.0, None)) == {"auto", "LightGBM"}
