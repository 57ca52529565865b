"""An experiment file is crossed as it says, and a slip in it gets one sentence: place, finding, what is allowed."""

import re
import time
from pathlib import Path

import pytest

from bench.components import REGISTRIES
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment, json_schema, read_experiment
from bench.plan.sections import LimitsSection
from bench.space import matching
from bench.vocabulary import AXES

FILE = """\
question = "Who converts?"

[data]
train = "train.csv"
target = "won"
positive = "yes"

[folds]
count = 5

[objective]
metric = "f1"

[grid]
model = ["logistic"]

[ensemble]
candidates = 25
"""
DATA_KEYS = (
    "demo, drop, groups, id, kinds, missing, positive, sample, submission, target, texts, time, train, ungrouped"
)
SECTIONS = "budget, customers, data, ensemble, folds, grid, index, limits, objective, question, race, submission, tune"
MODELS, TEXTS = (", ".join(sorted(REGISTRIES[axis].names())) for axis in ("model", "text"))
KINDS = "'number', 'category', 'text', 'date', 'identifier' or 'constant'"
TABLE = '{ name = "lightgbm", trees = [200, 400] }'
ENTRY = f"a component is its name, or a table such as {TABLE} of values and lists of values"

# what is replaced in FILE, what by, and the whole sentence but for the file's name
SLIPS: dict[str, tuple[str, str, str]] = {
    "unknown section": (
        "[folds]",
        "[fold]",
        f", line 8: unknown key 'fold'. Did you mean 'folds'? Known: {SECTIONS}.",
    ),
    "unknown key of the file": (
        "question",
        "questoin",
        f", line 1: unknown key 'questoin'. Did you mean 'question'? Known: {SECTIONS}.",
    ),
    "key outside its section": (
        "[data]",
        'encoding = ["one_hot"]\n[data]',
        f", line 3: unknown key 'encoding'. Known: {SECTIONS}.",
    ),
    "key with a space": (
        "[data]",
        '"my key" = 1\n[data]',
        f", line 3: unknown key 'my key'. Known: {SECTIONS}.",
    ),
    "unknown key of a section": (
        "count",
        "cuont",
        ", line 9: unknown key 'cuont' in [folds]. Did you mean 'count'? "
        "Known: count, duplicates, gap_days, repeats, scheme, seed.",
    ),
    "misspelt key that has to be there": (
        "target",
        "traget",
        f", line 5: unknown key 'traget' in [data]. Did you mean 'target'? Known: {DATA_KEYS}.",
    ),
    "misspelt axis": (
        "model =",
        "modle =",
        ", line 15: unknown key 'modle' in [grid]. Did you mean 'model'? "
        "Known: derived, encoding, imputation, model, resampling, text.",
    ),
    "unknown key of an inline table": (
        'train = "train.csv"',
        "demo = { row = 600 }",
        ", line 4: unknown key 'row' in [data.demo]. Did you mean 'rows'? Known: rows, seed.",
    ),
    "missing target": ('target = "won"\n', "", ", line 3: the key 'target' is missing in [data]."),
    "missing model": ('model = ["logistic"]\n', "", ", line 14: the key 'model' is missing in [grid]."),
    "missing section": ('[grid]\nmodel = ["logistic"]\n', "", ": the section [grid] is missing."),
    "empty target": (
        '"won"',
        '""',
        ", line 5: 'target' in [data] is '', but should be a text that is not empty.",
    ),
    "number for a text": (
        '"yes"',
        "1",
        ", line 6: 'positive' in [data] is 1, but should be a text in quotes.",
    ),
    "truth value for a text": (
        '"yes"',
        "true",
        ", line 6: 'positive' in [data] is True, but should be a text in quotes.",
    ),
    "no time at all": (
        "[folds]",
        "[limits]\ncell_seconds = 0\n[folds]",
        ", line 9: 'cell_seconds' in [limits] is 0, but should be greater than 0.",
    ),
    "memory below zero": (
        "[folds]",
        "[limits]\ncell_gigabytes = -0.5\n[folds]",
        ", line 9: 'cell_gigabytes' in [limits] is -0.5, but should be greater than 0.",
    ),
    "a limit in words": (
        "[folds]",
        '[limits]\ncell_gigabytes = "2 GB"\n[folds]',
        ", line 9: 'cell_gigabytes' in [limits] is '2 GB', but should be a number.",
    ),
    "a limit misspelt": (
        "[folds]",
        "[limits]\ncell_second = 5\n[folds]",
        ", line 9: unknown key 'cell_second' in [limits]. Did you mean 'cell_seconds'? "
        "Known: cell_gigabytes, cell_seconds.",
    ),
    "one fold": ("5", "1", ", line 9: 'count' in [folds] is 1, but should be greater than or equal to 2."),
    "too many folds": ("= 5", "= 51", ", line 9: 'count' in [folds] is 51, but should be less than or equal to 50."),
    "text for a whole number": ("= 5", '= "5"', ", line 9: 'count' in [folds] is '5', but should be a whole number."),
    "fraction for a whole number": (
        "= 5",
        "= 5.0",
        ", line 9: 'count' in [folds] is 5.0, but should be a whole number.",
    ),
    "truth value for a number": (
        "= 5",
        "= true",
        ", line 9: 'count' in [folds] is True, but should be a whole number.",
    ),
    "misspelt value": (
        "count = 5",
        'scheme = "stratifed"',
        ", line 9: 'scheme' in [folds] is 'stratifed', but should be 'stratified', 'stratified_group' or 'time'.",
    ),
    "gap without an order of time": (
        "count = 5",
        'scheme = "stratified_group"\ngap_days = 7',
        ", line 8: 'gap_days' goes with scheme = \"time\"; 'stratified_group' knows no order of time.",
    ),
    "gap below zero": (
        "count = 5",
        'scheme = "time"\ngap_days = -1',
        ", line 10: 'gap_days' in [folds] is -1, but should be greater than or equal to 0.",
    ),
    "gap of centuries": (
        "count = 5",
        'scheme = "time"\ngap_days = 99999',
        ", line 10: 'gap_days' in [folds] is 99999, but should be less than or equal to 36500.",
    ),
    "gap in words": (
        "count = 5",
        'scheme = "time"\ngap_days = "a week"',
        ", line 10: 'gap_days' in [folds] is 'a week', but should be a whole number.",
    ),
    "repeats of an order that is one": (
        "count = 5",
        'scheme = "time"\nrepeats = 3',
        ", line 8: 'repeats' is 3, but rows have one order in time: with scheme = \"time\" it is 1.",
    ),
    "no candidates": (
        "= 25",
        "= 0",
        ", line 18: 'candidates' in [ensemble] is 0, but should be greater than or equal to 1.",
    ),
    "list of sections": (
        "[ensemble]",
        "[[ensemble]]",
        ", line 17: 'ensemble' is [{'candidates': 25}], but should be a table of keys and values.",
    ),
    "unknown metric": (
        '"f1"',
        '"f2"',
        ", line 12: 'metric' in [objective] is 'f2', but should be 'f1', 'f_beta', 'precision', 'recall', "
        "'precision_at_k', 'recall_at_k', 'profit', 'average_precision', 'roc_auc', 'brier' or 'log_loss'.",
    ),
    "unknown score": (
        '"f1"',
        '"f1"\nreport = ["precison"]',
        ", line 13: 'report' in [objective] is 'precison', "
        "but should be 'precision', 'recall', 'average_precision', 'roc_auc', 'brier' or 'log_loss'.",
    ),
    "precision without a recall": (
        '"f1"',
        '"precision"',
        ", line 11: metric 'precision' needs 'at_recall', the recall it has to keep, such as at_recall = 0.5: "
        "without one, a single sure lead scores 1.0.",
    ),
    "f1 with a recall": (
        '"f1"',
        '"f1"\nat_recall = 0.5',
        ", line 11: 'at_recall' goes with metric = \"precision\", not with 'f1'.",
    ),
    "capacity of a part of a lead": (
        '"f1"',
        '"recall_at_k"\nk = 2.5',
        ", line 11: 'k' is 2.5; write a whole number of calls, or a share below 1.",
    ),
    "profit without a cost": (
        '"f1"',
        '"profit"\nvalue = 900',
        ", line 11: metric 'profit' needs 'cost', what a call costs, such as cost = 40.",
    ),
    "a rate in per cent": (
        "[folds]",
        "[submission]\npositive_rate = 35\n[folds]",
        ", line 8: 'positive_rate' is 35.0; write 'train', 'estimate' or a share between 0 and 1, such as 0.35.",
    ),
    "a rate in words": (
        "[folds]",
        '[submission]\npositive_rate = "guess"\n[folds]',
        ", line 8: 'positive_rate' is 'guess'; write 'train', 'estimate' or a share between 0 and 1, such as 0.35.",
    ),
    "recall of zero": (
        '"f1"',
        '"precision"\nat_recall = 0',
        ", line 13: 'at_recall' in [objective] is 0, but should be greater than 0.",
    ),
    "recall above one": (
        '"f1"',
        '"precision"\nat_recall = 50',
        ", line 13: 'at_recall' in [objective] is 50, but should be less than or equal to 1.",
    ),
    "recall in words": (
        '"f1"',
        '"precision"\nat_recall = "half"',
        ", line 13: 'at_recall' in [objective] is 'half', but should be a number.",
    ),
    "train and demo": (
        "[folds]",
        "demo = { rows = 600 }\n[folds]",
        ", line 3: exactly one of 'train' and 'demo' says where the leads come from.",
    ),
    "neither train nor demo": (
        'train = "train.csv"\n',
        "",
        ", line 3: exactly one of 'train' and 'demo' says where the leads come from.",
    ),
    "demo with a sample": (
        'train = "train.csv"',
        'demo = { rows = 600 }\nsample = "s.csv"',
        ", line 3: 'demo' brings its own submission and sample: leave both out.",
    ),
    "small demo": (
        'train = "train.csv"',
        "demo = { rows = 100 }",
        ", line 4: 'rows' in [data.demo] is 100, but should be greater than or equal to 500.",
    ),
    "sample without a submission": (
        "[folds]",
        'sample = "s.csv"\n[folds]',
        ", line 3: 'sample' is the form of a submission, but no 'submission' is named.",
    ),
    "bad kind": (
        "[folds]",
        'kinds = { age = "numeric" }\n[folds]',
        f", line 8: 'age' in [data.kinds] is 'numeric', but should be {KINDS}.",
    ),
    "bad kind in a section of its own": (
        "[folds]",
        '[data.kinds]\nage = "number"\n"lead owner" = "numeric"\n[folds]',
        f", line 10: 'lead owner' in [data.kinds] is 'numeric', but should be {KINDS}.",
    ),
    "kinds that are no table": (
        "[folds]",
        'kinds = "number"\n[folds]',
        ", line 8: 'kinds' in [data] is 'number', but should be a table of keys and values.",
    ),
    "text for a list": (
        "[folds]",
        'texts = "message"\n[folds]',
        ", line 8: 'texts' in [data] is 'message', but should be a list.",
    ),
    "number in a list of texts": (
        "[folds]",
        'missing = ["-", 9]\n[folds]',
        ", line 8: 'missing' in [data] is 9, but should be a text in quotes.",
    ),
    "unknown component": (
        '["logistic"]',
        '["lightgmb"]',
        f", line 15: unknown model 'lightgmb' in [grid]. Did you mean 'lightgbm'? Known: {MODELS}.",
    ),
    "unknown component near none": (
        '["logistic"]',
        '["oracle"]',
        f", line 15: unknown model 'oracle' in [grid]. Known: {MODELS}.",
    ),
    "component of another axis": (
        "model =",
        'text = ["median"]\nmodel =',
        f", line 15: unknown text 'median' in [grid]. Did you mean 'embedding'? Known: {TEXTS}.",
    ),
    "component that is no list": (
        '["logistic"]',
        '"logistic"',
        ", line 15: 'model' in [grid] is 'logistic', but should be a list.",
    ),
    "no component": (
        '["logistic"]',
        "[]",
        ", line 15: 'model' in [grid] is [], but should be a list that is not empty.",
    ),
    "number for a component": ('["logistic"]', "[1]", f", line 15: 'model' in [grid] lists 1, but {ENTRY}."),
    "empty component": ('["logistic"]', '[""]', f", line 15: 'model' in [grid] lists '', but {ENTRY}."),
    "list in a list of values": (
        '["logistic"]',
        '[{ name = "logistic", C = [[1.0]] }]',
        f", line 15: 'model' in [grid] lists {{'name': 'logistic', 'C': [[1.0]]}}, but {ENTRY}.",
    ),
    "table for a value": (
        '["logistic"]',
        '[{ name = "logistic", C = { low = 1 } }]',
        f", line 15: 'model' in [grid] lists {{'name': 'logistic', 'C': {{'low': 1}}}}, but {ENTRY}.",
    ),
    "component without a name": (
        '["logistic"]',
        "[{ C = 1.0 }]",
        ", line 15: a component of 'model' in [grid] has no name. Write { name = \"constant\", ... }.",
    ),
    "unknown hyperparameter": (
        '["logistic"]',
        '[{ name = "lightgbm", tree = 100 }]',
        ", line 15: 'lightgbm' has no hyperparameter 'tree'. Did you mean 'trees'? "
        "Known: columns, l2, leaf, learning_rate, leaves, trees.",
    ),
    "hyperparameter of a component without any": (
        '["logistic"]',
        '[{ name = "constant", trees = 100 }]',
        ", line 15: 'constant' has no hyperparameter 'trees'. It has none.",
    ),
    "hyperparameter out of range": (
        '["logistic"]',
        '[{ name = "logistic", C = 1e9 }]',
        ", line 15: 'C' of 'logistic' is 1000000000.0, but must be a number from 0.0001 to 10000.",
    ),
    "hyperparameter that is no number": (
        '["logistic"]',
        '[{ name = "logistic", C = nan }]',
        ", line 15: 'C' of 'logistic' is nan, but must be a number from 0.0001 to 10000.",
    ),
    "truth value for a hyperparameter": (
        '["logistic"]',
        '[{ name = "logistic", C = true }]',
        ", line 15: 'C' of 'logistic' is True, but must be a number from 0.0001 to 10000.",
    ),
    "fraction for a whole hyperparameter": (
        '["logistic"]',
        '[{ name = "xgboost", depth = 6.0 }]',
        ", line 15: 'depth' of 'xgboost' is 6.0, but must be a whole number from 1 to 16.",
    ),
    "one of several values out of range": (
        '["logistic"]',
        '[{ name = "xgboost", depth = [6, 17] }]',
        ", line 15: 'depth' of 'xgboost' is 17, but must be a whole number from 1 to 16.",
    ),
    "empty list of values": (
        '["logistic"]',
        '[{ name = "xgboost", trees = 50, depth = [] }]',
        ", line 15: 'depth' of 'xgboost' is an empty list. List one value or more.",
    ),
    "table of columns for a name of columns": (
        '["logistic"]',
        '["logistic"]\nderived = [{ name = "filled", columns = 3 }]',
        ", line 16: 'columns' of 'filled' is 3, but must be the name of a column, '*' for any letters in it, a comma "
        "between several.",
    ),
    "raw in a row": (
        '["logistic"]',
        '["logistic"]\nderived = [["raw", "missing"]]',
        ", line 16: 'raw' stands in a row with others. List it alone.",
    ),
    "a component twice in a row": (
        '["logistic"]',
        '["logistic"]\nderived = ["raw", ["missing", { name = "missing", what = "count" }]]',
        ", line 16: 'missing' stands twice in one row. Name it once.",
    ),
    "the same columns twice in a row": (
        '["logistic"]',
        '["logistic"]\nderived = [[{ name = "cross", columns = "a" }, { name = "cross", columns = ["c", "a"] }]]',
        ", line 16: 'cross' stands twice in one row. Name it once.",
    ),
    "a row on another axis": (
        '["logistic"]',
        '[["logistic", "lightgbm"]]',
        ", line 15: 'model' in [grid] lists ['logistic', 'lightgbm'], but only on derived do several components "
        "stand in a row.",
    ),
    "a row of nothing": (
        '["logistic"]',
        '["logistic"]\nderived = ["raw", []]',
        ", line 16: 'derived' in [grid] lists [], but a row of components is not empty.",
    ),
    "a row in a row": (
        '["logistic"]',
        '["logistic"]\nderived = [["missing", ["timeline"]]]',
        f", line 16: 'derived' in [grid] lists ['missing', ['timeline']], but {ENTRY}.",
    ),
    "no toml": (
        "[folds]",
        "[folds",
        ": not valid TOML: Expected ']' at the end of a table declaration (at line 8, column 7).",
    ),
    "key written twice": (
        "count = 5",
        "count = 5\ncount = 6",
        ": not valid TOML: Cannot overwrite a value (at line 10, column 10).",
    ),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str = FILE, name: str = "leads.toml") -> Experiment:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return read_experiment(path)


def replaced(old: str, new: str) -> str:
    assert FILE.count(old) >= 1
    return FILE.replace(old, new, 1)


def refusal(text: str) -> str:
    with pytest.raises(ExperimentError, match=r"^leads\.toml") as raised:
        read(text)
    return str(raised.value)


def test_limits_of_the_command_line_stand_in_place_of_the_files_one_by_one() -> None:
    experiment = read(replaced("[folds]", "[limits]\ncell_seconds = 5\n[folds]"))
    assert experiment.limits == LimitsSection(cell_seconds=5)
    assert experiment.within({"cell_seconds": None, "cell_gigabytes": 2.0}).limits == LimitsSection(
        cell_seconds=5, cell_gigabytes=2
    )
    assert experiment.within({"cell_seconds": 0.5}).limits == LimitsSection(cell_seconds=0.5)
    assert not read().limits.given
    with pytest.raises(ExperimentError, match=r"^--cell-seconds -3: should be greater than 0\.$"):
        experiment.within({"cell_seconds": -3.0})


@pytest.mark.parametrize(("old", "new", "sentence"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_place_what_was_found_and_what_is_allowed(old: str, new: str, sentence: str) -> None:
    assert refusal(replaced(old, new)) == f"leads.toml{sentence}"


def test_a_number_too_long_to_read_is_no_traceback() -> None:
    assert refusal(replaced("= 5", f"= {'9' * 5000}")).startswith("leads.toml: not valid TOML: ")


def test_a_file_of_another_encoding_is_refused() -> None:
    Path("leads.toml").write_bytes(replaced("Who", "Für wen").encode("latin-1"))
    with pytest.raises(ExperimentError, match=r"^leads\.toml: cannot be read as a UTF-8 text file \('utf-8' codec"):
        read_experiment(Path("leads.toml"))


def test_a_missing_file_is_told_with_the_files_beside_it() -> None:
    read(name="other.toml")
    with pytest.raises(ExperimentError, match="no such experiment file") as raised:
        read_experiment(Path("leads.toml"))
    assert str(raised.value) == "leads.toml: no such experiment file. There: other.toml. `bench init` writes one."
    with pytest.raises(ExperimentError, match=r"^nowhere/leads\.toml: no such experiment file\. `bench init` writes"):
        read_experiment(Path("nowhere/leads.toml"))


def test_a_folder_is_no_experiment_file() -> None:
    Path("leads.toml").mkdir()
    with pytest.raises(ExperimentError, match=r"^leads\.toml: is a folder\. Name an experiment file, such as"):
        read_experiment(Path("leads.toml"))


@pytest.mark.parametrize(
    "name", ["..toml", "...toml", ".toml", "-x.toml", " x.toml", "a:b.toml", "a*.toml", "a\nb.toml"]
)
def test_a_file_whose_name_cannot_name_a_folder_is_refused(name: str) -> None:
    with pytest.raises(
        ExperimentError, match=re.escape(f"'{Path(name).stem}' cannot name a results folder. Use letter")
    ):
        read(name=name)


@pytest.mark.parametrize("name", ["리드 분석.toml", "leads.2024-01.toml", "a+b_c"])
def test_the_experiment_is_named_by_its_file(name: str) -> None:
    assert read(name=name).name == Path(name).stem


def test_a_section_left_out_has_its_defaults() -> None:
    experiment = read('[data]\ntrain = "t.csv"\ntarget = "won"\npositive = "yes"\n[grid]\nmodel = ["logistic"]\n')
    assert (experiment.folds.count, experiment.folds.repeats, experiment.folds.seed) == (5, 1, 7)
    assert (experiment.objective.metric, experiment.ensemble.candidates, experiment.question) == ("f1", 25, "")
    names = [[choice.component.name for (choice,) in experiment.axes[axis]] for axis in AXES]
    assert names == [["raw"], ["keep_gaps"], ["ordinal"], ["drop_text"], ["as_is"], ["logistic"]]


def test_lists_of_values_are_crossed_in_the_order_of_the_file() -> None:
    choices = models('[{ name = "xgboost", depth = [3, 6], trees = [50, 100] }, "logistic"]')
    values = [dict(values) for _, values in choices]
    assert [(v["depth"], v["trees"]) for v in values[:4]] == [(3, 50), (3, 100), (6, 50), (6, 100)]
    assert [name for name, _ in choices] == ["xgboost"] * 4 + ["logistic"]
    assert values[0]["learning_rate"] == 0.05  # the default


def test_a_choice_written_twice_counts_once() -> None:
    listed = '["logistic", { name = "logistic" }, { name = "logistic", C = 1.0 }, { name = "logistic", C = [1, 1.0] }]'
    assert models(listed) == [("logistic", (("C", 1.0),))]


def test_a_whole_number_for_a_fraction_is_that_fraction() -> None:
    ((_, values),) = models('[{ name = "logistic", C = 2 }]')
    assert values == (("C", 2.0),)
    assert isinstance(values[0][1], float)


def test_what_stands_in_a_row_on_derived_is_one_option_and_its_values_are_crossed() -> None:
    listed = 'derived = ["raw", ["missing", { name = "code_bins", width = [10, 100] }]]\nmodel = ["logistic"]'
    options = read(replaced('model = ["logistic"]', listed)).axes["derived"]
    assert [[choice.component.name for choice in option] for option in options] == [
        ["raw"],
        ["missing", "code_bins"],
        ["missing", "code_bins"],
    ]
    assert [dict(option[-1].values).get("width") for option in options] == [None, 10, 100]


def test_a_component_whose_library_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.plan.experiment.find_spec", lambda name: None)
    assert refusal(replaced('["logistic"]', '["logistic"]\ntext = ["embedding"]')) == (
        "leads.toml, line 16: 'embedding' needs the library wordllama, which is not installed. "
        "Install it: pip install 'leadbench[wordllama]'."
    )


def test_only_a_star_and_a_question_mark_stand_for_other_letters_in_names_of_columns() -> None:
    names = ["price [usd] net", "price u", "a, b", "a", "b"]
    assert matching("price [usd]*", names) == ["price [usd] net"]
    assert matching("price ?", names) == ["price u"]
    assert matching("a, b", names) == ["a, b"]
    assert matching("b, a", names) == ["a", "b"]


def test_a_byte_order_mark_is_read_over() -> None:
    assert read("\ufeff" + FILE).data == read(FILE).data


def test_a_component_of_too_many_values_is_refused_before_it_is_crossed() -> None:
    many = list(range(5, 1005))
    start = time.perf_counter()
    sentence = refusal(
        replaced('["logistic"]', f'[{{ name = "lightgbm", trees = {many}, leaf = {many[:-5]}, leaves = [7, 15, 31] }}]')
    )
    assert time.perf_counter() - start < 5  # crossing them takes minutes
    assert sentence == (
        "leads.toml, line 15: the values of 'lightgbm' cross to 2,985,000 choices, and 2,000,000 configurations are "
        "the most that one experiment may hold. List fewer values."
    )


def test_the_line_named_is_that_of_the_right_section() -> None:
    text = replaced("[grid]", '# count = 3\n[grid] # the axes\nencoding = [\n    "one_hot",\n    "ordinall",\n]')
    assert refusal(text).startswith(
        "leads.toml, line 16: unknown encoding 'ordinall' in [grid]. Did you mean 'ordinal'?"
    )


def test_the_schema_knows_every_section_and_component() -> None:
    schema = json_schema()
    assert schema["required"] == ["data", "grid"]
    assert schema["additionalProperties"] is False
    assert sorted(schema["properties"]) == SECTIONS.split(", ")
    assert sorted(schema["$defs"]["Roles"]["properties"]) == DATA_KEYS.split(", ")
    axes = schema["$defs"]["GridSection"]["properties"]
    assert list(axes) == list(AXES)
    for axis in AXES:
        names, *tables = axes[axis]["items"]["anyOf"]
        assert names == {"enum": list(REGISTRIES[axis].names())}
        if axis == "derived":
            row = tables.pop()
            assert row == {"type": "array", "minItems": 1, "items": {"anyOf": [names, *tables]}}
        for component, table in zip(REGISTRIES[axis], tables, strict=True):
            assert table["properties"]["name"] == {"const": component.name}
            assert set(table["properties"]) == {"name", *component.space}
            assert table["additionalProperties"] is False


def models(listed: str) -> list[tuple[str, tuple[tuple[str, object], ...]]]:
    """Return the names and values of the models that a list of them stands for."""
    options = read(replaced('["logistic"]', listed)).axes["model"]
    return [(choice.component.name, choice.values) for (choice,) in options]
