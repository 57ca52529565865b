"""The columns of every CSV that a run writes, with meaning and unit."""

from typing import Final

from bench.vocabulary import AXES

_AXES: dict[str, str] = {axis: f"the component on the axis {axis}" for axis in AXES}

TRIALS: Final[dict[str, str]] = {
    "trial": "id made of the trial's content",
    "configuration": "the components' names in the order of the axes",
    **_AXES,
    # behind these, one column for each hyperparameter: "model.lightgbm.trees"
}

CELLS: Final[dict[str, str]] = {
    "trial": "id of the trial",
    "repeat": "from 0",
    "fold": "the fold held out, from 0",
    "status": "done, failed, timeout or memory",
    "reason": "one line: why it is not done, or what its libraries warned of",
    "prepare_seconds": "wall seconds to derive, impute, encode and vectorise both sides; of what cells share, in the "
    "row of the first of them",
    "resample_seconds": "wall seconds to resample the training rows, likewise",
    "fit_seconds": "wall seconds to fit the model; of a cell not done, until it ended",
    "predict_seconds": "wall seconds to predict the held-out rows",
    "peak_megabytes": "highest resident memory of the worker process while it ran the cell, 10^6 bytes, pieces "
    "read from files included (cell_gigabytes leaves them out)",
    "predictions_at": "place of the cell's predictions in its fold's file, counted in cells from 0",
    "predictions_crc32": "checksum of these predictions' bytes",
    "folds_id": "fingerprint of the folds",
    "data_id": "fingerprint of the training table",
}

LEADERBOARD: Final[dict[str, str]] = {
    "rank": "1 is the best",
    "trial": "id of the trial",
    "configuration": "the components' names in the order of the axes",
    **_AXES,
    "hyperparameters": "values that differ from the defaults",
    "status": "done; stopped by the race; or partial where a cell is missing or failed",
    "f1": "from counts pooled over folds, each fold called at the threshold of the others",
    "precision": "likewise",
    "recall": "likewise",
    "tied": "yes if the trial may be the best one, all compared at once; else no",
    "surely_behind": "how far it lies behind the best at the least, by the objective; 0 where it is tied",
    "threshold": "the one chosen on all out-of-fold rows; the scores are not made with it",
    "threshold_low": "the lowest of the thresholds that the folds were called at",
    "threshold_high": "the highest of them",
    "flat_low": "down to this threshold at most 1 % of the objective is lost",
    "flat_high": "up to this one likewise",
    "predicted_positives": "rows called positive, mean over repeats",
    "average_precision": "area under the precision-recall curve, mean over folds",
    "roc_auc": "area under the ROC curve, mean over folds",
    "brier": "mean squared distance of the probability from the outcome, mean over folds; less is better",
    "log_loss": "mean of minus the logarithm of the outcome's probability, likewise",
    "f1_known": "finalists: F1 on rows whose company was in the training rows of their fold",
    "f1_new": "finalists: F1 on company-disjoint folds; without companies, on later rows than were trained on",
    "f1_ordinary": "finalists: f1_new without companies of over 1 % of the rows or 10 % of the positives",
    "fit_seconds": "wall seconds of all its fits",
}

# Behind the others where precision has a recall to keep.
FLOOR: Final[dict[str, str]] = {
    "floor": "kept or missed: the recall or precision asked for, on rows that did not choose the threshold",
}

# Likewise, where a race has stopped trials.
RACED: Final[dict[str, str]] = {
    "folds": "on how many the trial is done; the scores of one that the race stopped are of these",
}

INDICES: Final[dict[str, str]] = {
    "customer": "its name, as the table writes it",
    "index": "the name of the [[index]]",
    "exposure": "rows that it is made of; of amounts the number of equal ones that would say as much",
    "share": "what counts of these rows or amounts, in %",
    "average": "the mean of all customers' shares, each counted once, in %",
    "difference": "share less average, in percentage points",
    "shrunk": "the share, pulled towards those of the other customers the more, the less its rows say, in %",
    "low": "where the 95 % interval of the customer's true share begins, in %",
    "high": "where it ends",
    "percentile": "customers in % whose shrunk share is smaller, and half of those with the same",
    "state": "above, below or like the average, or cannot tell yet: that always where exposure is below 5",
}

EXPECTED: Final[dict[str, str]] = {
    "positive_rate": "share of positives assumed among the rows to predict",
    "origin": "chosen (the threshold of the submission), train, estimate and the ends of its interval; empty otherwise",
    "threshold": "the best for that rate",
    "predicted_positives": "rows to predict that it calls",
    "true_positives": "expected",
    "false_positives": "expected",
    "precision": "of the expected counts",
    "recall": "likewise",
    "f1": "likewise",
}

LEADS: Final[dict[str, str]] = {
    "table": "open: a lead to call; labelled: one whose outcome is known, as far as it was held out",
    "lead": "its id as written, or the number of its row from 1",
    "customer": "its company; of a lead that belongs to none, the lead",
    "index": "its chance to convert, in percent; of labelled leads by models that did not train on them",
    "low": "where the 95 % interval of the share begins that converts among leads scored like this",
    "high": "where it ends",
    "rank": "1 is the likeliest of its table; leads of one index share the best place",
    "tier": "by index; where tiers begin stands on the page",
    "outcome": "of labelled leads: converted or not converted",
    "raises": "of the likeliest open leads, what raises the index most: up to three columns and what stands in them",
    "lowers": "likewise, what lowers it",
}

CUSTOMERS: Final[dict[str, str]] = {
    "customer": "the company; a lead of no company is a customer of its own, by its id or the number of its row",
    "is": "company, open lead or labelled lead",
    "leads": "of both tables",
    "labelled": "how many of them have a known outcome and were held out",
    "converted": "how many of these converted",
    "open": "how many are to be called",
    "expected": "how many of the open leads are expected to convert; without a table to predict, of the labelled ones",
    "expected_low": "in 95 of 100 cases at least so many, where leads of one customer go together as labelled ones do",
    "expected_high": "and at most so many",
    "index": "mean index of the open leads; of the labelled ones where none is open",
    "rank": "1 is the highest index of those with leads to call; empty for the others",
    "tier": "by index",
    "raises": "mean over the open leads that have reasons; a column that says another thing in each is named alone",
    "lowers": "likewise",
}

IMPORTANCE: Final[dict[str, str]] = {
    "column": "of the table; several that say the same and are dealt out together stand with + between them",
    "columns": "how many",
    "average_precision": "lost on held-out rows when the column's cells are dealt out anew, mean over folds",
    "average_precision_low": "in the fold that loses least",
    "average_precision_high": "in the fold that loses most",
    "objective": "lost of the objective, at the threshold of the other folds; of brier and log_loss, added",
    "objective_low": "likewise",
    "objective_high": "likewise",
    "shown": "yes if every fold lost average precision by it, else no",
}

TARGET: Final[dict[str, str]] = {
    "kind": "band (a tenth of the labelled leads by their chance), tier, or group (told by readable columns)",
    "segment": "the condition in words; of each kind every lead is in exactly one",
    "leads": "labelled ones",
    "converted": "of them",
    "told_by": "the labelled leads that tell the rate: all, but of a group those that had no part in shaping it",
    "rate": "share of those that converted; empty where there are none",
    "low": "where its 95 % interval begins, over other companies like these",
    "high": "where it ends",
    "mean_index": "100 times the chance, mean over the labelled leads",
    "lift": "the rate over that of all leads",
    "cumulative_leads": "labelled ones from the best segment of the kind down to this one",
    "cumulative_gains": "share of all conversions found if these are called: of rate times leads",
    "calls_saved": "fewer calls than calling at random takes to find as many: conversions found, over the rate of all "
    "leads, less cumulative_leads",
    "open_leads": "leads to call in the segment; empty without any",
    "expected_conversions": "sum of their chances, at the share of positives that is assumed of them",
}

REASONS: Final[dict[str, str]] = {
    "lead": "its id, or the number of its row from 1",
    "probability": "of the positive label",
    "direction": "raises or lowers: what the column does to the lead's chances",
    "column": "of the table",
    "value": "the lead's cell as written, in one line, at most 200 letters; an apostrophe before what a spreadsheet "
    "would take for a formula",
    "contribution": "what it adds to the log-odds",
}

SHORTLIST: Final[dict[str, str]] = {
    "lead": "its id, or the number of its row from 1",
    "company": "of the lead; empty for none",
    "rank": "1 scores highest",
    "score": "probability by the model that the shortlist goes by, see index.html; not calibrated",
    "p_value": "how rarely a held-out lead that did not convert scores as high",
    "q_value": "called at a promise of 1 less this number or lower",
    "called": "yes if it is called for the promised precision, else no; empty where none was asked for",
    "within_capacity": "yes if it is among the first so many, else no; empty where no capacity was given",
}

AUDIT: Final[dict[str, str]] = {
    "weight": "leak (a score may not come true), drift (the rows to predict differ) or note",
    "code": "what was found, a section of docs/audit.md",
    "place": "the column, several columns, or rows",
    "evidence": "one sentence with the figures",
    "advice": "one sentence: what to do",
}

CLASSES: Final[dict[str, str]] = {
    "class": "1 for the one with most customers",
    "name": "the two levels that it has most more of than the rest",
    "customers": "whose likeliest class it is",
    "labelled": "their leads with a known outcome",
    "converted": "of these",
    "rate": "converted of labelled",
    "rate_low": "where its 95 % interval begins; leads of a customer count as going together",
    "rate_high": "where it ends",
    "column": "of the table",
    "level": "of the column: a category, a range of numbers, or missing",
    "share": "of the class's customers that have the level, each by its probability to be of the class",
    "rest": "of all others that have it",
    "difference": "share less rest; the largest first",
    "low": "where its 95 % interval begins, the classes taken as given",
    "high": "where it ends",
    "with_level": "customers of the class that have the level; fewer than 5 are left out",
}

MEMBERSHIP: Final[dict[str, str]] = {
    "customer": "its name",
    "class": "the likeliest, as in classes.csv; empty where it cannot be told",
    "state": "told, or cannot tell: no class has a probability of 0.6",
    "class_1": "the probability that it is of class 1; a column for each class",
}

DERIVE: Final[dict[str, str]] = {
    "component": "on the axis derived",
    "settings": "JSON: its hyperparameters that are not the defaults",
    "gain": "less log loss per held-out row with it, over a model in which every column speaks for itself; by itself",
    "gain_low": "where its 95 % interval begins, companies drawn whole",
    "gain_high": "where it ends",
    "p_value": "one-sided: how likely so large a gain is where there is none",
    "q_value": "share of false ones, at most, if all of this p_value or less are taken (Benjamini-Hochberg)",
    "behind": "the gain behind those kept before it; empty where its own is not shown",
    "behind_low": "likewise",
    "behind_high": "likewise",
    "behind_p_value": "likewise",
    "kept": "yes if it is worth adding to the experiment file, else no",
    "rows": "that were held out",
}

EFFECTS: Final[dict[str, str]] = {
    "axis": "the axis on which the trials of a pair differ, and on no other",
    "component": "what the first of a pair does there",
    "reference": "what the second does",
    "difference": "of the objective, first less second, mean over the pairs; empty where there is no pair",
    "low": "where its 95 % interval begins: over other rows like these, each component by itself",
    "high": "where it ends",
    "pairs": "how many there are among the finished trials",
}

OFFERED: Final[dict[str, str]] = {
    "customer": "the company, or the lead of none",
    "offer": "the best: of the highest priority, then of the most conditions, then the first; empty if none matches",
    "text": "the offer's, as its file has it",
    "reason": "by what each of its conditions holds; of several leads the first whose cell fits",
    "others": "offers that match too, in the order of the file",
}

SUBMISSIONS: Final[dict[str, str]] = {
    "made_at": "when it was written, UTC",
    "sha256": "of the file's bytes",
    "path": "where it was written, as given",
    "bytes": "of the file",
    "rows": "of the file, its header left out",
    "made_by": "the id of a trial, or ensemble",
    "weights": "JSON: trial -> weight",
    "scales": "JSON: trial -> slope and intercept on the logit, of the members that were put on one scale",
    "refit": "all: the members were fitted on every labelled row",
    "threshold": "rows of at least this probability are called positive",
    "policy": "where positive_rate comes from: train, estimate or given",
    "positive_rate": "share of positives assumed among the rows to predict",
    "predicted_positives": "rows called positive",
    "predicted_share": "their share of the rows",
    "expected_precision": "of the calls, if the assumed share is right",
    "expected_recall": "likewise",
    "expected_f1": "likewise",
    "data_id": "fingerprint of the training table",
    "folds_id": "fingerprint of the folds that members and threshold were chosen on",
    "asked_id": "fingerprint of the rows to predict, their ids and the order that the sample asks for",
    "environment": "JSON: commit, Python, processor and the versions of the libraries that compute",
}

ENSEMBLE: Final[dict[str, str]] = {
    "trial": "id of the member; the heaviest first",
    "configuration": "the components' names in the order of the axes",
    "weight": "of its logit in the mean; they sum to 1",
    "slope": "its logit is multiplied by this before, to put all members on one scale",
    "intercept": "and this is added",
    "value": "the objective of the member by itself",
    "errors": "rows that it calls wrongly by itself, each fold at the threshold of the others, mean over repeats",
    "overlap": "errors that it has in common with another member, as a share of those that either makes; mean over "
    "the others, empty if there is none",
    "most_alike": "id of the member with which it shares most",
    "most_overlap": "that share",
    "loss": "of the objective if it is left out, the others' weights in the same proportions; below 0: a gain",
}

FEEDBACK: Final[dict[str, str]] = {
    "slice": "all, period, score, customer, or the column whose level it is",
    "level": "the part; empty of all",
    "leads": "with a known outcome",
    "converted": "of them",
    "called": "of them, by the bundle",
    "expected": "sum of their probabilities, at the share of positives that the threshold assumes",
    "converted_of_expected": "converted for each that was expected",
    "converted_of_expected_low": "where its 95 % interval begins, companies drawn whole",
    "converted_of_expected_high": "where it ends",
    "precision": "share of the called that converted",
    "precision_low": "likewise",
    "precision_high": "likewise",
    "recall": "share of the converted that were called; empty where outcomes are of called leads alone",
    "recall_low": "likewise",
    "recall_high": "likewise",
    "f1": "empty likewise",
    "f1_low": "likewise",
    "f1_high": "likewise",
    "converted_share": "share of the leads that converted; empty likewise",
    "converted_share_low": "likewise",
    "converted_share_high": "likewise",
    "lift": "share that converted of the part's likeliest tenth, over that of the part; empty likewise",
    "lift_low": "likewise",
    "lift_high": "likewise",
    "average_precision": "area under the precision-recall curve; of all leads only",
    "average_precision_low": "likewise",
    "average_precision_high": "likewise",
    "roc_auc": "area under the ROC curve; of all leads only",
    "roc_auc_low": "likewise",
    "roc_auc_high": "likewise",
    "differs": "what differs from the rest of the slice beyond chance, all comparisons taken together",
}

OUTCOMES: Final[dict[str, str]] = {
    "id": "as written, or the number of the row from 1",
    "probability": "of the positive label, as the bundle says it",
    "decision": "the bundle's call, in the words of the training table",
    "outcome": "what became of the lead, likewise; empty while it is not known",
    "customer": "known, new or none; only where companies are told apart",
}
