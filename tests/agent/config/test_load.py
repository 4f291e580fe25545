"""Settings: units, overrides, and messages that name file, line, key and the nearest valid name."""

from pathlib import Path

import pytest

from tunewright_agent.config.load import ConfigurationError, load, read
from tunewright_agent.config.secrets import SecretError, SecretReference
from tunewright_agent.config.units import seconds, size_bytes, write_bytes, write_seconds
from tunewright_agent.history.place import store_of

CLUSTER = '[[clusters]]\nname = "shop"\nurl = "postgresql://tunewright@db/shop"\n'


def test_units_are_converted_once() -> None:
    settings = read(CLUSTER + '[agent]\nwindow = "2h"\n[history]\nmax_size = "500MB"\n', "t.toml", {})
    assert settings.agent.window == 7200
    assert settings.history.max_size == 500 * 1024**2
    assert settings.clusters[0].statement_timeout == 10


@pytest.mark.parametrize("value", [0.2, 1, 90, 300, 5400, 86400, 604800])
def test_durations_are_read_as_they_are_written(value: float) -> None:
    assert seconds(write_seconds(value)) == value


@pytest.mark.parametrize("value", [1, 1000, 1024, 500 * 1024**2, 3 * 1024**3])
def test_sizes_are_read_as_they_are_written(value: int) -> None:
    assert size_bytes(write_bytes(value)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[web]\nprot = 1\n", "t.toml, line 2: web.prot: no such key; did you mean 'port'?"),
        ("[wbe]\nport = 1\n", "wbe: no such key; did you mean 'web'?"),
        (
            "[history]\n\nmax_size = 5\n",
            't.toml, line 3: history.max_size: the unit is missing: write a size such as "500MB"',
        ),
        ('[agent]\nwindow = "5 parsecs"\n', "t.toml, line 2: agent.window: '5 parsecs' is not a duration"),
        ('[web]\nport = "many"\n', "t.toml, line 2: web.port: a whole number is wanted"),
        (CLUSTER + CLUSTER.replace("url", "urll"), "t.toml, line 6: clusters.1.urll: no such key; did you mean 'url'?"),
        (CLUSTER + CLUSTER, "the name 'shop' is given twice"),
        ('[[clusters]]\nname = "a"\nurl = "oracle://x/y"\n', "'oracle' is not an engine we read"),
        (
            '[checks."indexes/invald"]\nenabled = false\n',
            "checks.indexes/invald: no such check; did you mean 'indexes/invalid'?",
        ),
        ('[checks."indexes/invalid"]\nsize = "1MB"\n', "no threshold 'size'"),
        (
            '[history]\nurl = "mysql://me@store/t"\n',
            "t.toml, line 2: history.url: 'mysql' keeps no history of ours: write postgresql",
        ),
        (
            '[history]\nurl = "postgresql://me@store"\n',
            "t.toml, line 2: history.url: it names no database: write postgresql://USER",
        ),
        (
            '[history]\nurl = "host=store password=hush"\n',
            "t.toml, line 2: history.url: it is not an address that we can read",
        ),
        (
            '[history]\npassword_from = { env = "X" }\n',
            "t.toml, line 1: history: password_from is of use with url only",
        ),
        ("[web\n", "t.toml: not valid TOML"),
    ],
)
def test_a_fault_names_its_place_and_the_mend(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text, "t.toml", {})
    assert message in str(raised.value)


def test_the_environment_overrides_the_file() -> None:
    environment = {
        "TUNEWRIGHT_WEB__PORT": "9999",
        "TUNEWRIGHT_CLUSTERS__SHOP__URL": "postgresql://other/db",
        "TUNEWRIGHT_HOME": "x",
    }
    settings = read(CLUSTER, "t.toml", environment)
    assert settings.web.port == 9999
    assert settings.clusters[0].url == "postgresql://other/db"
    with pytest.raises(ConfigurationError, match="TUNEWRIGHT_CLUSTERS__NONE__URL names no table"):
        read(CLUSTER, "t.toml", {"TUNEWRIGHT_CLUSTERS__NONE__URL": "x"})


def test_a_missing_file_is_one_line_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file") as raised:
        load(tmp_path / "none.toml")
    assert "tunewright example-config" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_secrets_come_from_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "swordfish")
    assert SecretReference(env="SHOP_PASSWORD").resolve() == "swordfish"
    (tmp_path / "secret").write_text("trustno1\n")
    assert SecretReference(file=tmp_path / "secret").resolve() == "trustno1"
    with pytest.raises(SecretError, match="NOT_THERE is not set"):
        SecretReference(env="NOT_THERE").resolve()
    with pytest.raises(SecretError, match="cannot be read"):
        SecretReference(file=tmp_path / "none").resolve()
    with pytest.raises(ValueError, match="exactly one"):
        SecretReference()


def test_a_shared_history_has_a_bound_only_where_it_is_written() -> None:
    shared = '[history]\nurl = "postgresql://me:hush@store.example.net/t"\npassword_from = { env = "TUNEWRIGHT_TEST_STORE" }\n'
    assert read("", "t.toml", {}).history.bound_bytes == 2 * 1024**3
    assert read(shared, "t.toml", {}).history.bound_bytes is None
    assert read(shared + 'max_size = "50GB"\n', "t.toml", {}).history.bound_bytes == 50 * 1024**3
    settings = read(shared, "t.toml", {}).history
    assert "hush" not in repr(settings)
    store = store_of(settings)
    assert str(store) == "postgresql://store.example.net/t"
    assert "hush" not in repr(store)


def test_a_file_is_the_default(tmp_path: Path) -> None:
    assert store_of(read(f'[history]\npath = "{tmp_path}/t.db"\n', "t.toml", {}).history) == tmp_path / "t.db"


def test_a_shared_history_can_stand_in_the_environment() -> None:
    """As docs/deploy.md has it."""
    environment = {
        "TUNEWRIGHT_HISTORY__URL": "postgresql://tunewright@store.example.net:5432/tunewright?sslmode=verify-full",
        "TUNEWRIGHT_HISTORY__PASSWORD_FROM": '{ file = "/run/secrets/tunewright/history_password" }',
    }
    settings = read("", "t.toml", environment).history
    assert settings.password_from is not None
    assert settings.password_from.file == Path("/run/secrets/tunewright/history_password")
    assert str(store_of(settings)) == "postgresql://store.example.net:5432/tunewright"
