"""Cases of checks as data: `tests/cases/GROUP/NAME.py` holds `CASES` for the check `GROUP/NAME`."""
