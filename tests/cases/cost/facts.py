"""Prices for cases: round ones, which are nobody's list."""

from datetime import date

from tunewright_analyzers.facts.cloud_cost import Price, Prices

PRICES = Prices(
    "eu-west-1",
    date(2026, 11, 1),
    "the case's own",
    (
        Price("aurora:db.r8g.xlarge", 0.5, "hour"),
        Price("aurora:db.r5.xlarge", 0.6, "hour"),
        Price("aurora:acu", 0.1, "hour"),
        Price("aurora:storage", 0.1, "GiB-month"),
        Price("aurora:io", 0.2, "million"),
        Price("aurora:iopt:class-factor", 1.3, "ratio"),
        Price("aurora:iopt:storage", 0.225, "GiB-month"),
    ),
)
