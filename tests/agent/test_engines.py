"""Engines are found by their addresses and names, and the settings let pass just what some engine reads."""

from collections import Counter

import pytest

from tunewright_agent.config.settings import SCHEMES, ClusterSettings
from tunewright_agent.engines.engine import engine_named, engine_of, engines


def test_every_scheme_has_one_engine() -> None:
    """What the settings accept is what the engines read, and no two engines claim one address."""
    claimed = Counter(scheme for one in engines() for scheme in one.schemes)
    assert set(claimed) == SCHEMES
    assert set(claimed.values()) == {1}


@pytest.mark.parametrize("one", engines(), ids=lambda one: one.name)
def test_an_engine_is_whole(one: object) -> None:
    """It has sources, a reader that connects to nobody yet, grants, and is found by each of its names."""
    found = engine_named(one.name)  # type: ignore[attr-defined]
    assert found is one
    assert all(engine_named(alias) is found for alias in found.aliases)
    assert "tunewright" in found.grants("tunewright")
    assert found.sources()
    for scheme in found.schemes:
        url = f"{scheme}://tunewright@localhost/shop"
        assert engine_of(url) is found
        found.reader(ClusterSettings(name="shop", url=url), 2).close()


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(LookupError, match="oracle"):
        engine_of("oracle://host/shop")
    assert engine_named("oracle") is None
