"""Which terms of the messages go with conversion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import one_vote_each
from bench.components.steps.columns import text_columns
from bench.components.steps.text.words import filled, raise_unless_wordless
from bench.data.notices import plural, shortened
from bench.explore.converting import ABOVE, BELOW, LETTERS, SURE, UNSURE, Counted, lines_of, rates_of
from bench.explore.look import Look, Seen
from bench.explore.outcomes import percent
from bench.explore.panels import SMALL, panels, titled
from bench.page.block import FEWEST_SHOWN, Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, drawn
from bench.score.interval import NORMAL_95

if TYPE_CHECKING:
    from scipy import sparse

EACH_WAY: Final = 12  # terms drawn that go with conversion, and as many that go against it
_TEXTS: Final = 3  # columns drawn
_LONGEST: Final = 1000  # letters of a text that are read
_MOST: Final = 20_000  # terms of a column that are looked at, the most frequent
_KEPT: Final = 2000  # terms of a column in the sheet, the surest
_SAME: Final = 0.5  # share of the leads with either of two terms that hold both, from which on one stands for both
_ACTS: Final = 3
_TIMES: Final = 1.5  # times the average that a term's leads surely convert to be a sign to rank by
_LETTERS: Final = 32  # of a term beside the plot
_COLUMNS: Final = ["term", "times as often", "leads", "conversions", "rate", "95 % interval", "lift", "goes with"]
_GOES: Final = {ABOVE: "conversion", BELOW: "no conversion", UNSURE: "not sure"}
# What points at a person: words of addresses and with numbers as long as a postal code, and telephone numbers.
_PERSONAL: Final = re.compile(r"@|://|\bwww\.|\d{5}", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?\(?\d[\d ().-]{5,}\d")


@dataclass(frozen=True)
class _Text:
    """What the terms of a column of texts tell.

    Attributes
    ----------
    terms : DataFrame
        The surest terms first, with the columns of a `Line` and log_odds, error and z.
    looked_at : how many terms there are to tell from
    average : share of the leads with a word in the column that converted
    drawn : those of them to draw, the times as often that they stand in messages of converted leads falling
    """

    name: str
    terms: pd.DataFrame
    looked_at: int
    leads: int
    average: float
    drawn: pd.DataFrame


def terms(look: Look) -> Seen | None:
    """Return which terms go with conversion; None without a text, or where no term is frequent enough to show."""
    leads = look.counted
    read = [_read(name, leads) for name in text_columns(leads.features) if name != look.roles.groups]
    found = [one for one in read if one is not None]
    if not found:
        return None
    shown = [one for one in found if len(one.drawn)][:_TEXTS]
    block = Block(
        "Which words go with conversion",
        _sentences(found, leads),
        [_table(one) for one in shown],
        [_plot(one) for one in shown],
    )
    sheet = pd.concat([one.terms for one in found], ignore_index=True)
    sheet = sheet.drop(columns="levels").rename(columns={"level": "term", "verdict": "goes_with"})
    sheet["goes_with"] = sheet["goes_with"].map(_GOES)
    acts = [_act(one) for one in found if one.name not in look.doubted]
    each = zip_longest(*acts)  # the first of each column before the second of any
    act = [sentence for row in each for sentence in row if sentence is not None]
    return Seen(block, act[:_ACTS], {"terms": sheet})


def log_odds(
    among: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the log-odds ratio of each term between two groups of texts, and its standard error.

    With an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, Fightin' Words, equations 16 to 22,
    doi:10.1093/pan/mpn018): as many words as there are terms are shared out among them by how frequent they are, and
    added to both groups, so that rare terms have to show more.

    Parameters
    ----------
    among, others : ndarrays of shape (terms,), how often each term stands in either group; in one of them at least
    """
    both = among + others
    prior = both * len(both) / both.sum()
    ratio = np.zeros(len(both))
    for counts, sign in ((among, 1), (others, -1)):
        with_prior = counts + prior
        ratio += sign * np.log(with_prior / (with_prior.sum() - with_prior))
    return ratio, np.sqrt(1 / (among + prior) + 1 / (others + prior))


def _read(name: str, leads: Counted) -> _Text | None:
    """Return what the terms of a column tell; None where it has none to show, or one outcome only."""
    from scipy import sparse
    from scipy.stats import false_discovery_control, norm

    holds, names = _held([_impersonal(text[:_LONGEST]) for text in filled(leads.features[name])])
    worded = np.flatnonzero(holds.getnnz(axis=1))
    if len(np.unique(leads.y[worded])) < 2:
        return None
    holds, y, company = holds[worded], leads.y[worded], leads.company[worded]
    member = sparse.csr_matrix((np.ones(len(worded)), (company, np.arange(len(worded)))))
    companies = np.asarray((member @ holds > 0).sum(axis=0)).ravel()
    shown = np.flatnonzero((holds.getnnz(axis=0) >= FEWEST_SHOWN) & (companies >= FEWEST_SHOWN))
    if len(shown) < 2:
        return None
    holds, votes = holds[:, shown], one_vote_each(y, company)
    ratio, off = log_odds(holds.T @ (votes * (y == 1)), holds.T @ (votes * (y == 0)))
    z = ratio / off
    adjusted = false_discovery_control(2 * norm.sf(np.abs(z)))
    verdict = np.where(adjusted < SURE, np.where(z > 0, ABOVE, BELOW), UNSURE)
    surest = np.argsort(-np.abs(z), kind="stable")[:_KEPT]
    holds = holds[:, surest].tocsc()
    lead, line = holds.nonzero()
    terms = rates_of(line, lead, len(surest), y, company).drop(columns="p_value")
    told = {"log_odds": ratio, "error": off, "z": z, "p_adjusted": adjusted, "verdict": verdict}
    terms = terms.assign(**{column: values[surest] for column, values in told.items()})
    terms = pd.DataFrame({"column": name, "level": names[shown[surest]], "levels": 1}).join(terms)
    return _Text(name, terms, len(shown), len(worded), float(y.mean()), terms.iloc[_drawn(terms, holds)])


def _held(texts: list[str]) -> tuple[sparse.csr_matrix, NDArray[np.object_]]:
    """Return which text holds which term, a matrix of shape (texts, terms) of 0 and 1, and the terms."""
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer

    rare = min(FEWEST_SHOWN, len(texts))
    vectoriser = CountVectorizer(binary=True, ngram_range=(1, 2), min_df=rare, max_features=_MOST, dtype=np.int64)
    try:
        return vectoriser.fit_transform(texts), vectoriser.get_feature_names_out()
    except ValueError as error:
        raise_unless_wordless(error)
        return sparse.csr_matrix((len(texts), 0), dtype=np.int64), np.empty(0, dtype=object)


def _impersonal(text: str) -> str:
    """Return a text without e-mail and web addresses, telephone numbers and words with a long number."""
    kept = (word for word in _PHONE.sub(" ", text).split() if not _PERSONAL.search(word))
    return " ".join(kept)


def _drawn(terms: pd.DataFrame, holds: sparse.csc_matrix) -> list[int]:
    """Return the places of the surest terms each way, of terms that the same leads hold only the surest.

    Parameters
    ----------
    terms : the surest first
    holds : matrix of shape (leads, terms) of 0 and 1
    """
    sure = np.flatnonzero(terms["verdict"] != UNSURE)[: 20 * EACH_WAY]
    together = (holds[:, sure].T @ holds[:, sure]).toarray()
    leads = np.diag(together)
    alike = together >= _SAME * (leads[:, None] + leads[None, :] - together)
    chosen: dict[str, list[int]] = {ABOVE: [], BELOW: []}
    for place, at in enumerate(sure.tolist()):
        way = chosen[str(terms["verdict"].iloc[at])]
        if len(way) < EACH_WAY and not alike[place, way].any():
            way.append(place)
    places = sure[chosen[ABOVE] + chosen[BELOW]]
    return sorted(places.tolist(), key=lambda at: -float(terms["log_odds"].iloc[at]))


def _sentences(found: list[_Text], leads: Counted) -> list[str]:
    said = []
    for one in found:
        goes, against = ((one.terms["verdict"] == verdict).sum() for verdict in (ABOVE, BELOW))
        said.append(
            f"{one.name}: of {plural(one.looked_at, 'term')} (words and pairs of words) in the messages of "
            f"{one.leads:,} leads, of whom {percent(one.average)} converted, {goes:,} surely go with conversion and "
            f"{against:,} against it."
        )
    held = "5 leads" + (" of 5 companies" if leads.named else "")
    said += [
        "'Times as often' compares a term's share of all terms in messages of converted leads with that in other "
        "messages, so that long messages count no more than short ones; 'surely' allows for how many terms were looked "
        "at: of those called so, about 5 % may be so by chance. A term that goes with conversion need not cause it.",
        f"Shown are terms that at least {held} wrote; e-mail and web addresses, telephone numbers and long numbers "
        f"are left out. Of a message the first {_LONGEST:,} letters are read.",
    ]
    if leads.named:
        said.append("All leads of one company with one outcome have one vote together in what goes with conversion.")
    return said


def _act(one: _Text) -> list[str]:
    """Say which terms are signs to rank by: sure, and well above the average of leads that write at all."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    best = one.drawn[(one.drawn["verdict"] == ABOVE) & (one.drawn["low"] > _TIMES * one.average)]
    beyond = (best["leads"] * (best["low"] - one.average)).sort_values(ascending=False, kind="stable")
    return [
        f"{shortened(one.name, LETTERS)}: of {line.leads:,} leads that write '{line.short}' {line.said} convert, "
        f"{line.rate / one.average:.1f} times the average of those who write. A sign to rank by."
        for line in lines_of(best.loc[beyond.index])
        if not ENGLISH_STOP_WORDS.issuperset(line.level.split())
    ]


def _table(one: _Text) -> PageTable:
    rows = [
        [
            line.short,
            _as_often(ratio),
            f"{line.leads:,}",
            f"{line.conversions:,}",
            percent(line.rate),
            f"{percent(line.low)} to {percent(line.high)}",
            f"{line.lift:.2f}",
            _GOES[line.verdict],
        ]
        for line, ratio in zip(lines_of(one.drawn), one.drawn["log_odds"], strict=True)
    ]
    caption = f"Terms of {one.name} that surely go with conversion or against it, and how often their leads convert."
    return PageTable(caption, _COLUMNS, rows, frozenset(_COLUMNS[1:-1]))


def _as_often(log_odds: float) -> str:
    return f"{np.exp(log_odds):.2g}"


def _plot(one: _Text) -> Plot:
    """Draw how many times as often terms stand in messages of converted leads, with 95 % intervals."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    figure, (plain,) = panels(1, across=1, height=1.0 + 0.22 * len(one.drawn))
    for at, (ratio, error) in enumerate(zip(one.drawn["log_odds"], one.drawn["error"], strict=True)):
        mark, colour = ("^", SECOND) if ratio > 0 else ("v", FIRST)
        ends = [ratio - NORMAL_95 * error, ratio + NORMAL_95 * error]
        plain.plot(np.exp(ends), [at, at], color=colour, linewidth=1.2)
        plain.plot([np.exp(ratio)], [at], mark, color=colour, markersize=5)
    plain.axvline(1, color=PALE, linestyle="--", linewidth=1)
    plain.set_xscale("log", base=2)
    plain.xaxis.set_major_locator(LogLocator(base=2))
    plain.xaxis.set_major_formatter(FuncFormatter(lambda times, _: f"{times:.2g}"))
    lines = lines_of(one.drawn)
    plain.set_yticks(range(len(lines)), [f"{shortened(line.level, _LETTERS)} ({line.leads:,})" for line in lines])
    plain.set(ylim=(len(lines) - 0.4, -0.6))
    plain.set_xlabel("times as often in messages of leads that converted", fontsize=SMALL)
    titled(plain, one.name)
    caption = (
        f"Terms of {one.name} and how many times as often they stand in messages of leads that converted, with 95 % "
        "intervals (leads in brackets): triangles up, right of the dashed line, go with conversion, triangles down "
        "against it. Of terms that mostly the same leads write, one stands for all."
    )
    return Plot(drawn(figure), caption)
