"""Cells that no spreadsheet takes for a formula."""


def inert(cell: str) -> str:
    """Keep a column's name, a path or a value from being read as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
