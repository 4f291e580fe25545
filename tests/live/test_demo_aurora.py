"""`tunewright demo --engine aurora`: the simulated account over a real PostgreSQL, from the daemon's start to the files."""

import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from tunewright_agent.demo.aurora import run
from tunewright_agent.demo.server import server

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_the_daemon_finds_all_that_is_planted_and_reads_the_writer_from_inside(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    with patch.dict(os.environ), server() as running:
        done = run.play(running, tmp_path / "history", lambda _what, _done, _of: None)
    assert done.missed == ()
    assert done.surplus == ()
    assert done.failovers == 2
    inside = [one for one in done.seen.state.instances if (one.cluster, one.instance) == ("shop", "shop-1")]
    assert [one.snapshot is not None and one.snapshot.gaps == () for one in inside] == [True]
    checks = {finding.check for finding in done.judgement.findings if finding.cluster == "shop"}
    assert {"indexes/missing", "indexes/foreign_key_unindexed", "security/publicly_accessible"} <= checks
    assert 'tunewright_aws_cpu_ratio{cluster="shop",dimension="instance",resource="shop-1"}' in done.seen.metrics
    files = run.write(done, tmp_path / "out")
    assert [file.name for file in files] == ["findings.json", "report.html", "metrics.txt"]
    assert json.loads(files[0].read_text())["findings"]
