"""The ensemble on the page: its members, whose errors they share, and why it lost where it did."""

from __future__ import annotations

from dataclasses import replace

from bench.ensemble.members import Member
from bench.report.sections.members import MOST, members_block
from bench.score.objective import Objective
from tests.report.sections.small import by, having, told


def test_members_and_the_errors_they_share() -> None:
    block, members = members_block(told()), told().board.verdict.members
    assert block is not None
    assert [row[0] for row in block.tables[0].rows] == [member.trial for member in members]
    first, second = members[0], members[1]
    assert f">{first.overlap[second.trial]:.0%}<" in block.plots[0].svg
    assert block.sentences[1].startswith("Of the errors that one of two members makes, both make ")


def test_of_two_members_there_is_one_share_and_no_mean_of_it() -> None:
    one, other = told().board.plan.trials[:2]
    two = [Member(one.id, 0.6, 0.5, 9.0, {other.id: 0.4}, 0.0), Member(other.id, 0.4, 0.5, 9.0, {one.id: 0.4}, 0.0)]
    block = members_block(having(told(), verdict=replace(told().board.verdict, members=two)))
    assert block is not None
    assert block.sentences[1].startswith("Of the errors that one of two members makes, both make 40%: the fewer")


def test_of_many_members_the_heaviest_are_drawn() -> None:
    trial = told().board.plan.trials[0].id
    many = [Member(trial, 0.05, 0.5, 9.0, {trial: 0.4}, 0.0) for _ in range(MOST + 2)]
    block = members_block(having(told(), verdict=replace(told().board.verdict, members=many)))
    assert block is not None
    assert len(block.tables[0].rows) == MOST + 2
    assert block.plots[0].caption.endswith(f"Of {MOST + 2} members the {MOST} heaviest are shown.")


def test_an_ensemble_that_lost_says_why_and_shows_no_members() -> None:
    verdict = told().board.verdict
    lost = replace(verdict, winner=verdict.single)
    block = members_block(having(told(), verdict=lost))
    assert block is not None
    assert block.sentences[1].startswith("It lost since its corrected score, F1 ")
    assert not block.tables
    plain = members_block(having(told(), verdict=replace(lost, certainty=None)))
    assert plain is not None
    assert plain.sentences[1].startswith("It lost by its plain score, F1 ")
    strict = Objective(metric="recall", at_precision=0.95)
    assert verdict.ensemble is not None
    assert verdict.single is not None
    kept = replace(verdict.single, score=verdict.ensemble.score)
    missed = replace(verdict.ensemble, score=verdict.single.score)
    floor = members_block(having(by(strict), verdict=replace(lost, winner=kept, single=kept, ensemble=missed)))
    assert floor is not None
    assert floor.sentences[1].startswith("It lost since it misses what [objective] asks to be kept")


def test_an_ensemble_of_the_best_trial_alone_has_no_section() -> None:
    verdict = told().board.verdict
    same = replace(verdict, ensemble=verdict.single, winner=verdict.single)
    assert members_block(having(told(), verdict=same)) is None
