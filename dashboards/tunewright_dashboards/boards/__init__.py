"""One module a dashboard, each with BOARD: which question, which panels."""
