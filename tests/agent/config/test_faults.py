"""Every fault names file, line, key and mend, however the key was written; and no message or repr holds a secret."""

import traceback
from pathlib import Path

import pytest

from tunewright_agent.config.load import ConfigurationError, read
from tunewright_agent.config.secrets import SecretError, SecretReference
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_analyzers.check import discover

CLUSTER = '[[clusters]]\nname = "shop"\nurl = "postgresql://tunewright@db/shop"\n'
SECRET = "sw0rdfish"


def said(text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read(text, "t.toml", environment or {})
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nweb = { prot = 1 }\n", "t.toml, line 2: web.prot: no such key; did you mean 'port'?"),
        ("\nweb.prot = 1\n", "t.toml, line 2: web.prot: no such key; did you mean 'port'?"),
        ("[web]\ntoken_from.envv = 'X'\n", "t.toml, line 2: web.token_from.envv: no such key; did you mean 'env'?"),
        (
            'clusters = [\n  { name = "a", url = "postgresql://h/d" },\n  { name = "b", urll = "x", url = "postgresql://h/d" },\n]\n',
            "t.toml, line 3: clusters.1.urll: no such key; did you mean 'url'?",
        ),
        (
            CLUSTER + "[clusters.sources.activity]\nintervall = '5s'\n",
            "t.toml, line 5: clusters.0.sources.activity.intervall: no such key; did you mean 'interval'?",
        ),
        (
            CLUSTER + "sources = { activity = { interval = 5 } }\n",
            "t.toml, line 4: clusters.0.sources.activity.interval: the unit is missing",
        ),
        (CLUSTER + "[[clusters]]\nname = 'b'\n", "t.toml, line 4: clusters.1.url: is missing"),
        ("[clusters]\nname = 'a'\n", "t.toml, line 1: clusters: an array of tables is wanted: write [[clusters]] above each"),
        (CLUSTER + "databases = 'shop'\n", "t.toml, line 4: clusters.0.databases: an array is wanted"),
        ("web = 3\n", "t.toml, line 1: web: a table is wanted"),
        ("[web]\nport = true\n", "t.toml, line 2: web.port: a whole number is wanted"),
        ("[web]\nport = '9632'\n", "t.toml, line 2: web.port: a whole number is wanted"),
        ("[web]\nport = 70000\n", "t.toml, line 2: web.port: Input should be less than or equal to 65535"),
        ("[web]\naddress = 1\n", "t.toml, line 2: web.address: text in quotes is wanted"),
        ("[web]\ntls_key = 'k'\n", "t.toml, line 1: web: tls_certificate and tls_key are given together or not at all"),
        ("[privacy]\nallow_literals = 'no'\n", "t.toml, line 2: privacy.allow_literals: true or false is wanted"),
        ("[privacy]\nallow_literals = 1\n", "t.toml, line 2: privacy.allow_literals: true or false is wanted"),
        ("[log]\nlevel = 'loud'\n", "t.toml, line 2: log.level: Input should be 'debug', 'info', 'warning' or 'error'"),
        ("[agent]\nwindow = true\n", "t.toml, line 2: agent.window: a duration such as \"5m\" is wanted"),
        ("[agent]\nwindow = '1s'\n", "t.toml, line 2: agent.window: Input should be greater than or equal to 60"),
        ("[governor]\nbudget_ratio = nan\n", "t.toml, line 2: governor.budget_ratio: "),
        ("[history]\nmax_size = '5 elephants'\n", "t.toml, line 2: history.max_size: '5 elephants' is not a size"),
        ("\n[checks.'indexes/unused']\nsize = 1\n", "t.toml, line 3: checks.indexes/unused: no threshold 'size'"),
        ("[checks]\n'indexes/invalid' = { enabled = 0 }\n", "t.toml, line 2: checks.indexes/invalid.enabled: true or false is wanted"),
        ("[checks.'indexes/invalid']\nenabled = [1]\n", "t.toml, line 2: checks.indexes/invalid.enabled: a number, true or false is wanted"),
        ("checks = 1\n", "t.toml, line 1: checks: a table is wanted"),
    ],
)  # fmt: skip
def test_a_fault_in_any_writing(text: str, message: str) -> None:
    assert message in said(text)
    assert len(said(text).splitlines()) == 1


def test_thresholds_are_numbers() -> None:
    for value in ("true", "nan", "inf"):
        found = said(f"[checks.'indexes/unused']\n{_threshold()} = {value}\n")
        assert found == f"t.toml, line 2: checks.indexes/unused.{_threshold()}: a number is wanted"


def _threshold() -> str:
    return next(check.threshold_fields[0].name for check in discover() if check.id == "indexes/unused")


def test_all_faults_are_said_at_once_in_the_order_of_the_settings() -> None:
    found = said("[web]\nport = 'x'\naddres = 'y'\n[log]\nlevel = 1\n").splitlines()
    assert [line.split(": ")[1] for line in found] == ["log.level", "web.port", "web.addres"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"TUNEWRIGHT_WEB__PORT": "many"}, "environment variable TUNEWRIGHT_WEB__PORT: web.port: a whole number is wanted"),
        ({"TUNEWRIGHT_WEB__PROT": "1"}, "environment variable TUNEWRIGHT_WEB__PROT: web.prot: no such key; did you mean 'port'?"),
        ({"TUNEWRIGHT_WBE__PORT": "1"}, "environment variable TUNEWRIGHT_WBE__PORT: wbe: no such key; did you mean 'web'?"),
        (
            {"TUNEWRIGHT_CLUSTERS__SHOP__CONNECTIONS": "99"},
            "environment variable TUNEWRIGHT_CLUSTERS__SHOP__CONNECTIONS: clusters.0.connections: ",
        ),
        ({"TUNEWRIGHT_WEB__TOKEN_FROM": '{ envv = "X" }'}, "environment variable TUNEWRIGHT_WEB__TOKEN_FROM: web.token_from.envv: "),
        ({"TUNEWRIGHT_WEB__PORT__X": "1"}, "environment: TUNEWRIGHT_WEB__PORT__X names no table of the settings"),
    ],
)  # fmt: skip
def test_a_fault_in_the_environment_names_the_variable(variables: dict[str, str], message: str) -> None:
    assert message in said(CLUSTER + "[web]\nport = 1\n", variables)


def test_the_environment_says_nothing_of_the_file_s_own_faults() -> None:
    assert said("[web]\nprot = 1\n", {"TUNEWRIGHT_WEB__PORT": "5"}).startswith("t.toml, line 2: web.prot: ")


URLS = [
    f"tunewright:{SECRET}@db/shop",
    f"host=db password={SECRET}",
    f"{SECRET}",
    f"{SECRET}:x@h/d",
    f"oracle://u:{SECRET}@h/d",
    f"postgresql://u:{SECRET}@[bad/d",
    f"postgresql://u:{SECRET}\u2100@h/d",
    f"https://h/?password={SECRET}",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("where", ["file", "environment"])
def test_no_part_of_a_wrong_url_is_printed(url: str, where: str) -> None:
    text = CLUSTER.replace("postgresql://tunewright@db/shop", url) if where == "file" else CLUSTER
    variables = {"TUNEWRIGHT_CLUSTERS__SHOP__URL": url} if where == "environment" else {}
    with pytest.raises(ConfigurationError) as raised:
        read(text, "t.toml", variables)
    told = "".join(traceback.format_exception(raised.value)) if where == "environment" else str(raised.value)
    for length in (4, 6, len(SECRET)):
        assert SECRET[:length] not in told
    assert "postgresql://USER@HOST:PORT/DATABASE" in told


@pytest.mark.parametrize(
    "text", [f"password = {SECRET}", f'password = "{SECRET}', f'[web]\ntoken = "{SECRET}"', f'[web]\nport = "{SECRET}"']
)
def test_no_value_is_quoted_where_a_key_is_wrong(text: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text, "t.toml", {})
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_repr_shows_no_password() -> None:
    settings = read(CLUSTER.replace("tunewright@", f"tunewright:{SECRET}@"), "t.toml", {})
    assert SECRET in settings.clusters[0].url
    for shown in (repr(settings), str(settings), f"{settings.clusters}"):
        assert SECRET not in shown
        assert "shop" in shown


def test_pydantic_s_own_error_quotes_nothing_either() -> None:
    for wrong in ({"name": SECRET + "!", "url": SECRET}, {"name": "a", "url": "postgresql://h/d", "password": SECRET}):
        with pytest.raises(ValueError, match="validation error") as raised:
            ClusterSettings.model_validate(wrong)
        assert SECRET not in str(raised.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().web.port = 1  # type: ignore[misc]


def test_a_secret_that_cannot_be_read_is_not_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary, empty = tmp_path / "binary", tmp_path / "empty"
    binary.write_bytes(SECRET.encode() + b"\xff")
    empty.write_text("\n" + SECRET)
    for path, reason in ((binary, "it is not UTF-8"), (empty, "is empty"), (tmp_path, "Is a directory")):
        with pytest.raises(SecretError, match=reason) as raised:
            SecretReference(file=path).resolve()
        assert SECRET not in "".join(traceback.format_exception(raised.value))
        assert raised.value.__cause__ is None
    monkeypatch.setenv("EMPTY", "")
    with pytest.raises(SecretError, match="EMPTY is empty"):
        SecretReference(env="EMPTY").resolve()
