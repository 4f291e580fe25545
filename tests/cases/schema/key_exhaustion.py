"""Cases of `schema/key_exhaustion`."""

from cases.case import Case, gap
from cases.facts import sequence, sequences, table, tables
from tunewright_analyzers.facts.relations import Sequences
from tunewright_analyzers.facts.snapshot import Engine

SUBJECT = "column public.orders.id in shop"
LARGEST = 2**31 - 1

CASES = (
    Case(
        "an int4 key near its end, with the day it ends",
        "fires",
        (sequences(sequence(last_value=2_140_000_000)), tables(table(rows_inserted=100_000))),
        (SUBJECT,),
        severity={SUBJECT: "critical"},
        says=("2027-02-",),
        statements=("ALTER TABLE public.orders ALTER COLUMN id TYPE bigint;",),
    ),
    Case(
        "half used, but soon at its end",
        "fires",
        (sequences(sequence(last_value=1_200_000_000)), tables(table(rows_inserted=50_000_000))),
        (SUBJECT,),
        severity={SUBJECT: "high"},
    ),
    Case("plenty left", "silent", (sequences(sequence()),)),
    Case("never used", "silent", (sequences(sequence(last_value=None)),)),
    Case("a cycling sequence", "silent", (sequences(sequence(last_value=LARGEST, cycles=True)),)),
    Case(
        "half used",
        "threshold",
        (sequences(sequence(last_value=LARGEST // 2 + 1)),),
        (SUBJECT,),
        severity={SUBJECT: "medium"},
    ),
    Case("nearly half used", "threshold", (sequences(sequence(last_value=LARGEST // 2 - 1)),)),
    Case(
        "MySQL's AUTO_INCREMENT",
        "fires",
        (sequences(sequence(last_value=4_100_000_000, max_value=4_294_967_295, column_type="int unsigned")),),
        (SUBJECT,),
        severity={SUBJECT: "critical"},
        statements=("ALTER TABLE `public`.`orders` MODIFY `id` bigint unsigned NOT NULL AUTO_INCREMENT;",),
        engine=Engine.MYSQL,
    ),
    Case("sequences unread", "gap", gaps=(gap(Sequences),)),
)
