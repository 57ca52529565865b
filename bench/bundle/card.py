"""The model card: what a bundle predicts, how well, on what it was trained, and what it must not be used for."""

from __future__ import annotations

import re

from bench.bundle.manifest import Manifest, Member

# What its metrics are of, for a reader who does not know their names.
_MEANS = {
    "f1": "the harmonic mean of precision and recall: of calls that were right and of converting leads called",
    "precision": "the share of called leads that convert",
    "recall": "the share of converting leads that are called",
    "roc_auc": "the chance that a lead that converts is ranked above one that does not",
    "average_precision": "the mean precision over all numbers of leads that could be called",
}


def card(manifest: Manifest) -> str:
    """Return the model card as Markdown; it names columns and shows numbers of rows, and quotes no lead."""
    negative, positive = (_plain(word) for word in manifest.labels)
    paragraphs = [
        f"# {_plain(manifest.experiment)}",
        *([_plain(manifest.question)] if manifest.question else []),
        "## What it predicts",
        f"For each lead the probability that {_code(manifest.target)} is {positive!r}, and the call: {positive!r} from "
        f"a probability of {manifest.threshold:.4g}, {negative!r} below.",
        _called(manifest),
        "## What it was trained on",
        f"{manifest.rows:,} labelled leads, {manifest.positives:,} of them positive "
        f"({_percent(manifest.positives, manifest.rows)}), data {_code(manifest.data_id)}, folds "
        f"{_code(manifest.folds_id)}, on {manifest.made} (UTC). " + _refit(manifest),
        f"Columns used: {', '.join(_code(name) for name in manifest.columns)}.",
        "## Members",
        _table(manifest),
        "## What to expect",
        _expected(manifest),
        "## What it must not be used for",
        *_limits(),
        "## What of the training data is in it",
        *_kept(manifest),
        "## Made with",
        f"Python {_plain(manifest.environment.python)}; "
        + ", ".join(f"{_plain(name)} {_plain(version)}" for name, version in manifest.environment.versions.items())
        + ".",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _called(manifest: Manifest) -> str:
    policy = manifest.policy
    assumed = (
        "" if policy.assumed_rate is None else f" A share of positives of {policy.assumed_rate:.1%} is assumed of them."
    )
    return (
        f"The threshold calls {policy.called_share:.1%} of leads that were held out of training (policy: "
        f"{_plain(policy.word)}).{assumed}"
    )


def _refit(manifest: Manifest) -> str:
    if manifest.refit == "all":
        return "Each member was fitted on all of them."
    return f"Each member is the mean of {len(manifest.members[0].fits)} models, each fitted on what one fold trains on."


def _table(manifest: Manifest) -> str:
    rows = [
        f"| {_code(m.trial)} | {_plain(m.configuration)} | {m.weight:.3f} | {_scale(m)} |"
        for m in sorted(manifest.members, key=lambda m: -m.weight)
    ]
    return "\n".join(["| trial | configuration | weight | scale |", "| --- | --- | --- | --- |", *rows])


def _scale(member: Member) -> str:
    if member.slope is None or member.intercept is None:
        return "as it is"
    return f"sigmoid of {member.slope:.3f} × logit {member.intercept:+.3f}"


_OTHER_LEADS = (
    " It is at the threshold that is best for these. The one here was chosen for other leads: what is expected of them "
    "stood beside their submission when it was written."
)


def _expected(manifest: Manifest) -> str:
    estimate, policy = manifest.estimate, manifest.policy
    means = _MEANS.get(estimate.metric)
    interval, corrected = "", "It is not corrected for having been chosen among many, and so may flatter"
    if estimate.low is not None and estimate.high is not None:
        interval = f", 95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
        corrected = "It is corrected for having chosen the best of many"
    return (
        f"{_plain(estimate.metric)} {estimate.value:.3f}{interval}{f' ({means})' if means else ''}, chosen for "
        f"{_plain(manifest.objective)}, at a precision of {estimate.precision:.3f} and a recall of "
        f"{estimate.recall:.3f}. {corrected}. It holds for new leads that are like those of training: from the same "
        "sources and period, with the same share that converts."
        f"{'' if policy.word == 'train' else _OTHER_LEADS}"
    )


def _limits() -> list[str]:
    return [
        "- Not for decisions on a person that law or contract reserve to a person.\n"
        "- Not for leads of another kind, market or time without measuring it there first: what makes leads convert "
        "changes, and no number above tells how much.\n"
        "- Not as the reason why a lead converts: it knows what goes together, not what would change the outcome.\n"
        "- Probabilities are those of a table with the same share of positives; with another, the order stays and the "
        "numbers do not."
    ]


def _kept(manifest: Manifest) -> list[str]:
    keeping = [
        f"- {_code(member.trial)} **keeps training rows** ({', '.join(_plain(word) for word in member.keeps_rows)}): "
        "whoever has the bundle has numbers of single leads. Treat it as you treat the data."
        for member in manifest.members
        if member.keeps_rows
    ]
    rows = ["\n".join(keeping)] if keeping else ["No member keeps training rows, and no resampler is in it."]
    rows.append(
        "manifest.json holds every level of every category, and every company, of the training leads: "
        "names of companies, and of people where a category has them, are among them."
    )
    words = [_code(member.trial) for member in manifest.members if member.keeps_words]
    if words:
        rows.append(f"Levels again, or words of the leads' texts, are in {', '.join(words)}.")
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"


def _plain(text: str) -> str:
    """Return a text as one line that no Markdown or HTML can come from."""
    return re.sub(r"([\\`*_\[\]<>|#&!~])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return "`" + " ".join(text.replace("`", "'").replace("|", "¦").split()) + "`"
