"""The audit sees every kind of leak that is planted; twenty tables: `python -m benchmarks.planted`."""

from __future__ import annotations

from bench.audit.inspect import audit
from bench.audit.plant import LEAKS, hunt
from benchmarks.planted import ROLES, made_up


def test_the_audit_sees_each_kind_of_leak_and_none_on_the_clean_table() -> None:
    clean = made_up(0, rows=1_500, asked=500)
    assert not {finding.code for finding in audit(clean, ROLES) if finding.weight in ("leak", "drift")}
    hunted = hunt(clean, lambda table: audit(table, ROLES))
    assert [each.kind for each in hunted if each.seen] == list(LEAKS)
    for each in hunted:
        assert not each.already
        assert f"audit: {LEAKS[each.kind].code}" in each.guards
