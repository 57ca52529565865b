"""Tables as Markdown."""

from bench.page.block import PageTable
from bench.report.markdown import table_lines


def test_numbers_stand_right_and_no_cell_ends_its_table() -> None:
    table = PageTable("Not written.", ("name", "rows"), [("<b>|\nx & y", "1,000")], frozenset({"rows"}))
    assert table_lines(table) == ["| name | rows |", "| --- | ---: |", "| &lt;b>&#124; x &amp; y | 1,000 |"]
