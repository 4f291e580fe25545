"""Source `settings` against real servers."""

from datetime import UTC, datetime

from tunewright_agent.sources.postgres import settings
from tunewright_agent.sources.postgres.session import Reader
from tunewright_analyzers.facts.settings import Settings


def test_settings_are_read_in_base_units(database: str) -> None:
    collected = settings.collect(Reader(database), datetime.now(UTC))
    section = collected.sections[0]
    assert isinstance(section, Settings)
    assert section.number("work_mem") == 4 * 1024**2
    assert section.number("checkpoint_timeout") == 300
    assert section.text("shared_preload_libraries") == "pg_stat_statements"
