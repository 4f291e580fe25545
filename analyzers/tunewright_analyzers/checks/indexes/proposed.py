"""`indexes/proposed`: reads IndexProposals; says which indexes the digests of MySQL or MariaDB want, and how far each was verified."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.indexes.mysql.facts import IndexProposals, Proposal, Rung
from tunewright_analyzers.indexes.mysql.statements import build_of
from tunewright_analyzers.recommendation import Action, Expectation

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a proposal is worth a finding."""

    spared_ratio: float = threshold(
        0.5, "ratio", "Share of the rows that its statements touch, by the model, which it spares."
    )


def _ratio(proposal: Proposal) -> float:
    before = sum(one.rows_before * one.statement.calls for one in proposal.helped)
    after = sum(one.rows_after * one.statement.calls for one in proposal.helped)
    return 1 - after / before if before else 0.0


@check(needs=(IndexProposals,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def proposed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Indexes that the statement digests want.

    Risk: without them tables are read whole, more so every day.
    Evidence: the digests that gain, the rows they touch before and after by the model, what writing costs, and the rung: whose word it is.
    Remedy: verify a proposal of rung 1 by `tunewright advise indexes --scratch … | --clone …`, then make it online, one at a time.
    False positives: the model knows no more than cardinalities and digests: on rung 1 no optimiser has seen the index.
    """
    section, indexes = context.window.need(IndexProposals), context.window.section(Indexes)
    engine = context.window.latest.engine
    for one in section.rows:
        ratio = _ratio(one)
        if one.refused is not None or not one.helped or ratio < context.thresholds.spared_ratio:
            continue
        taken = [index.name.name for index in (indexes.rows if indexes else ()) if index.table == one.index.table]
        build = build_of(one.index, engine, taken)
        found = context.finding(
            Subject("index", str(one.index), one.index.table.database),
            Severity.LOW if one.rung is Rung.MODEL else Severity.MEDIUM,
            f"{len(one.helped)} digests want an index on {one.index}: it spares {ratio:.0%} of the rows they touch, by the model.",
            Evidence("rung", int(one.rung), "", one.rung.trust),
            Evidence("rows spared", round(ratio, 4), "ratio", "model of cardinalities and digests"),
            Evidence("size", one.size_bytes, "bytes", "estimate from rows and columns"),
            Evidence(
                "rows written that it costs", one.written_rows, "rows", "digests since the server's statistics began"
            ),
            *(
                Evidence(
                    f"rows touched by {each.statement.id}",
                    f"{each.rows_before:,.0f} -> {each.rows_after:,.0f}",
                    "rows a call",
                    "model",
                )
                for each in one.helped[:_SHOWN]
            ),
        )
        yield found
        first = one.helped[0]
        yield context.recommendation(
            found,
            Action.CREATE_INDEX,
            build.statements,
            risk="The build reads the whole table and takes disk; writes go on (LOCK=NONE), and replicas follow late by the time it takes.",
            rollback=(build.rollback,),
            expectation=Expectation(
                "rows touched a call",
                first.rows_before,
                first.rows_after,
                "rows",
                "model of cardinalities and digests (rung 1)",
                statements=tuple(each.statement.id for each in one.helped),
            ),
            caution=f"{one.rung.trust[0].upper()}{one.rung.trust[1:]}.",
        )
