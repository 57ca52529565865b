"""The leads to call for a promised precision or a given capacity, and what that promise rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.finding import Finding
from bench.companies import company_of
from bench.customer.leads import Floats, Leads
from bench.customer.shortlist.held_out import by_one_model, by_refit
from bench.data.notices import plural
from bench.ensemble.customers import Customers
from bench.errors import DataError
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, axes, drawn
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.plan.indices import CustomersSection
from bench.record.columns import SHORTLIST
from bench.record.sheet import write_sheet
from bench.score.combine import Combination
from bench.score.conformal import conformal_p_values, promised, q_values
from bench.score.prior import RateEstimate

PROMISES: Final = (0.5, 0.6, 0.7, 0.8, 0.9)  # of the table that shows what each would call


@dataclass(frozen=True)
class Shortlist:
    """Who is called, for which promise.

    Attributes
    ----------
    order : ndarray of shape (m,), places of the leads to call, the highest score first
    score, p_value, q_value : ndarrays of shape (m,), of the leads as their table has them
    precision : the promised one; None where none was asked for
    capacity : how many can be called; None where that was not said
    scores : "split" or "refit", what the leads are scored by
    negatives : held-out leads that did not convert, by which the p-values go
    approximate : why the promise is not exact, one clause each; the choice of the winner is not among them
    doubts : what speaks against leads to call being like the labelled ones, one sentence each
    """

    order: NDArray[np.intp]
    score: Floats
    p_value: Floats
    q_value: Floats
    precision: float | None
    capacity: int | None
    scores: Literal["split", "refit"]
    negatives: int
    approximate: tuple[str, ...]
    doubts: tuple[str, ...]

    def called(self, precision: float) -> NDArray[np.bool_]:
        """Return which leads a promise calls, shape (m,)."""
        return promised(self.q_value, precision)

    @property
    def within(self) -> NDArray[np.intp]:
        """The places of the first leads, as many as can be called; of equal scores the first of the table."""
        return self.order[: self.capacity]

    @property
    def false_share(self) -> float:
        """The estimated share of leads within capacity that do not convert, at most; 0 where there is no lead.

        It is the lowest q at which all of them are called. As their number was given, not found, no mean is bounded.
        """
        return float(self.q_value[self.within].max(initial=0.0))


def shortlist(
    plan: Plan,
    experiment: Experiment,
    customers: Customers,
    combination: Combination,
    asked: Floats,
    section: CustomersSection,
    workers: int,
    findings: Sequence[Finding] = (),
    estimate: RateEstimate | None = None,
) -> Shortlist:
    """Call as many leads as a promised precision allows, and say how many each other promise would.

    With ``scores = "split"`` the winner's members are fitted without the rows of one fold (which one: `held_out_fold`),
    and score these rows and the leads to call: one model, which trained on neither. The choice of the members, their
    weights and scales has seen the outcomes of these rows all the same; what that does to the promise,
    ``benchmarks/shortlist.py`` measures. With ``scores = "refit"`` the out-of-fold scores of the labelled rows stand
    beside those of the winner fitted again, and the promise is approximate.

    Parameters
    ----------
    combination : the winner's, as in its bundle
    asked : ndarray of shape (m,), probabilities of the leads to call by the bundle
    findings : of the audit; what says that the leads to call differ is repeated beside the promise
    estimate : of `bench.ensemble.foresight.foresee`; likewise, where the scores are no mixture of both classes'

    Raises
    ------
    DataError
        If there are no leads to call, or a member cannot be fitted or cannot predict them.
    """
    dataset = customers.dataset
    if dataset.submission is None:
        raise DataError("[data] names no submission, so there is nobody to put on a shortlist.")
    if section.scores == "split":
        scored = by_one_model(plan, experiment, customers, combination, workers)
    else:
        scored = by_refit(customers, combination, asked)
    company = company_of(dataset.submission_groups, len(scored.asked))
    p_value = conformal_p_values(scored.negatives, scored.asked, np.bincount(company)[company])
    q_value = q_values(p_value)
    return Shortlist(
        order=np.argsort(-scored.asked, kind="stable"),
        score=scored.asked,
        p_value=p_value,
        q_value=q_value,
        precision=section.precision,
        capacity=section.capacity,
        scores=section.scores,
        negatives=len(scored.negatives),
        approximate=scored.approximate,
        doubts=tuple(_doubts(findings, estimate)),
    )


def write_shortlist(found: Shortlist, leads: Leads, companies: tuple[str, ...], folder: Path) -> Path:
    """Write shortlist.csv, the likeliest lead first, and return its path.

    Parameters
    ----------
    leads : those to call
    companies : names, by number in their ``groups``
    """
    order, blank = found.order, np.full(len(leads), "")
    first = np.zeros(len(leads), dtype=bool)
    first[found.within] = True
    cells: dict[str, object] = {
        "lead": np.array(leads.names, dtype=object)[order],
        "company": [companies[group] if group >= 0 else "" for group in leads.groups[order]],
        "rank": np.arange(1, len(order) + 1),
        "score": found.score[order],
        "p_value": found.p_value[order],
        "q_value": found.q_value[order],
        "called": (blank if found.precision is None else _yes(found.called(found.precision)))[order],
        "within_capacity": (blank if found.capacity is None else _yes(first))[order],
    }
    path = folder / "shortlist.csv"
    write_sheet(pd.DataFrame(cells)[list(SHORTLIST)], path)
    return path


def shortlist_block(found: Shortlist) -> Block:
    """Say how many are called, what is promised and what is not."""
    return Block(
        "Shortlist",
        [*_sentences(found), *found.doubts],
        [_promises(found)],
        [Plot(_drawn(found), "The longer the list, the more of it may not convert.")] if len(found.order) else [],
    )


def _doubts(findings: Sequence[Finding], estimate: RateEstimate | None) -> Iterator[str]:
    """Say what speaks against leads to call being like the labelled ones of their outcome."""
    for finding in findings:
        if finding.code == "adversarial-drift":
            yield (
                f"Doubt: {finding.evidence[0].lower()}{finding.evidence[1:]} If leads that do not convert look "
                "otherwise than they did, more of those called may not convert than is promised."
            )
    if estimate is not None and not estimate.fits:
        yield (
            "Doubt: the scores of the leads to call are no mixture of the scores that leads with either outcome had "
            f"(p = {estimate.p_value:.3f}), so more than the share of converting leads has changed."
        )


def _sentences(found: Shortlist) -> Iterator[str]:
    """Say who is called, then what that rests on."""
    if found.precision is not None:
        yield _promise(found, found.precision)
    if found.capacity is not None:
        yield (
            f"Of the first {plural(len(found.within), 'lead')}, as many as can be called, at most about "
            f"{found.false_share:.0%} do not convert, on average over such lists. That is an estimate and no promise, "
            "since the length of the list was given."
        )
    if found.precision is None and found.capacity is None:
        yield "Neither a precision nor a capacity was asked for: the table shows how many each promise would call."
    yield (
        f"Each lead is compared with {plural(found.negatives, 'held-out lead')} that did not convert. The promise "
        "needs that those to call that will not convert are like them; how many will is not assumed."
    )
    if found.approximate:
        yield f"The promise is approximate: {'; '.join(found.approximate)}."
    if found.scores == "split":
        yield (
            "The list goes by a model fitted without the leads that it compares with, so its order may differ from "
            "that of the index. Their outcomes had a part in choosing that model all the same."
        )


def _promise(found: Shortlist, precision: float) -> str:
    """Say how many a promise calls, and what is promised."""
    called, wrong = int(found.called(precision).sum()), _percent(1 - precision)
    if not called:
        most = _percent(np.floor(100 * (1 - found.q_value.min(initial=1.0))) / 100)
        return (
            f"Nobody is called: no list keeps the promise that on average at most {wrong} of those called do not "
            f"convert. The most that one can promise here is that {most} convert."
        )
    return (
        f"Call {called:,} of {plural(len(found.order), 'lead')}: on average over many such lists at most {wrong} of "
        "those called do not convert. Only the average is promised: of this list it may be more or less."
    )


def _promises(found: Shortlist) -> PageTable:
    """Return what each promise would call."""
    asked = [] if found.precision is None else [found.precision]
    rows = []
    for precision in sorted({*PROMISES, *asked}):
        called = int(found.called(precision).sum())
        rows.append((_percent(precision), f"{called:,}", f"{called * (1 - precision):,.1f}"))
    columns = ("promised to convert", "leads called", "not converting, on average at most")
    return PageTable("What each promise calls.", columns, rows, frozenset(columns))


def _drawn(found: Shortlist) -> str:
    """Draw the share that may not convert against the length of the list."""
    figure, plain = axes()
    plain.plot(np.arange(1, len(found.order) + 1), 100 * np.sort(found.q_value), drawstyle="steps-mid", color=FIRST)
    plain.set(xlabel="leads called", ylabel="not converting, on average at most (%)", ylim=(0, 100))
    return drawn(figure)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


def _yes(chosen: NDArray[np.bool_]) -> NDArray[np.str_]:
    return np.where(chosen, "yes", "no")
