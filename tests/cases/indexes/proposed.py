"""Cases of `indexes/proposed`."""

from dataclasses import replace

from cases.case import Case, gap
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.facts import DigestStatement, Helped, IndexProposals, Proposal, Rung
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "index shop.orders(customer_id) in shop"
DIGEST = DigestStatement(
    StatementId("50fde20626009aba"), "shop", "SELECT * FROM `orders` WHERE `customer_id` = ?", 100, 9.0, 10**7, 1000, 0
)
INDEX = HypotheticalIndex(RelationName("shop", "shop", "orders"), (IndexColumn("customer_id"),))
PROPOSAL = Proposal(INDEX, (Helped(DIGEST, 100_000.0, 20.0),), 50.0, 5_000_000)


def _section(**changes: object) -> IndexProposals:
    return IndexProposals((replace(PROPOSAL, **changes),), 1)  # type: ignore[arg-type]


CASES = (
    Case(
        "the model proposes", "fires", (_section(),), (SUBJECT,), severity={SUBJECT: "low"},
        statements=("ALTER TABLE `shop`.`orders` ADD INDEX `customer_id_idx` (`customer_id`), ALGORITHM=INPLACE, LOCK=NONE;",), engine=MYSQL,
    ),
    Case("MariaDB", "fires", (_section(),), (SUBJECT,), statements=("ALGORITHM=NOCOPY",), engine=MARIADB),
    Case("a clone's optimiser took it", "fires", (_section(rung=Rung.CLONE),), (SUBJECT,), severity={SUBJECT: "medium"}, engine=MYSQL),
    Case("an optimiser refused it", "silent", (_section(refused="not used"),), engine=MYSQL),
    Case("nothing is proposed", "silent", (IndexProposals((), 20),), engine=MYSQL),
    Case("at the threshold", "threshold", (_section(helped=(Helped(DIGEST, 100.0, 50.0),)),), (SUBJECT,), engine=MYSQL),
    Case("below it", "threshold", (_section(helped=(Helped(DIGEST, 100.0, 51.0),)),), engine=MYSQL),
    Case("no proposals", "gap", gaps=(gap(IndexProposals),), engine=MYSQL),
)  # fmt: skip
