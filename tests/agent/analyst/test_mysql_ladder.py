"""The ladder's judgement without a server: who is asked beside the statements that an index is for, and when an index is refused for them."""

import pytest
from typer.testing import CliRunner

from tunewright_agent.analyst.mysql_ladder import MOST_OTHERS, Bystanders, refusal
from tunewright_agent.cli import advise as _commands  # noqa: F401  # registers the command
from tunewright_agent.cli.app import Exit, app
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.mysql.facts import DigestStatement, Helped, Proposal, Rung, Verified
from tunewright_analyzers.indexes.whatif import HypotheticalIndex


def statement(name: str, text: str, seconds: float = 1.0, sample: str | None = "SELECT 1") -> DigestStatement:
    return DigestStatement(StatementId(name), "shop", text, 10, seconds, 100, 10, 0, sample)


def said(name: str, before: float, after: float, *, is_used: bool = True) -> Verified:
    return Verified(StatementId(name), Rung.CLONE, before, after, is_used)


MINE = statement("mine", "SELECT * FROM `orders` WHERE a = ?")
PROPOSAL = Proposal(
    HypotheticalIndex(RelationName("shop", "shop", "orders"), (IndexColumn("a"),)), (Helped(MINE, 100.0, 1.0),), 0.0, 1
)
HELPED = [said("mine", 100.0, 1.0)]


def test_other_statements_of_the_table_are_asked_the_longest_first() -> None:
    others = [statement(f"o{number}", "SELECT b FROM orders o", seconds=float(number)) for number in range(9)]
    deaf = [
        statement("elsewhere", "SELECT * FROM orders_old, my$orders", 99.0),
        statement("unknown", "SELECT c FROM orders", 99.0, sample=None),
    ]
    asked = Bystanders([MINE, *deaf, *others]).of(PROPOSAL)
    assert [one.id for one in asked] == ["o8", "o7", "o6", "o5", "o4"]
    assert len(asked) == MOST_OTHERS


def test_an_index_that_makes_another_statement_dearer_is_refused_and_says_which() -> None:
    assert refusal(HELPED, [said("other", 100.0, 105.0)], Bystanders()) is None
    told = refusal(HELPED, [said("other", 100.0, 106.0)], Bystanders())
    assert told is not None
    assert "statement other dearer: cost 100 to 106, more than the 5%" in told
    assert refusal(HELPED, [said("other", 100.0, 106.0)], Bystanders(worst_regression_ratio=0.1)) is None
    assert refusal(HELPED, [said("other", 1.0, 1.9)], Bystanders(worst_regression_ratio=0.0)) is None, "below the floor"


@pytest.mark.parametrize("answer", [said("mine", 100.0, 1.0, is_used=False), said("mine", 100.0, 100.0)])
def test_an_index_that_serves_nobody_is_refused(answer: Verified) -> None:
    assert refusal([answer], [], Bystanders()) is not None


def test_without_an_optimiser_the_limit_is_refused_with_the_reason() -> None:
    """MySQL's model cannot tell that a statement gets dearer: a limit that nothing would hold is a false promise."""
    arguments = ["advise", "indexes", "--url", "mysql://root@127.0.0.1:1/shop", "--regression", "0.1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == Exit.USAGE
    assert "--scratch or --clone" in result.output
