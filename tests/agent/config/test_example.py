"""The committed example file is what the settings generate, it is valid, and its defaults are the defaults."""

import re
from pathlib import Path

from pydantic import BaseModel

from tunewright_agent.config.aws import AwsTargetSettings
from tunewright_agent.config.example import example
from tunewright_agent.config.load import read
from tunewright_agent.config.notifications import ChannelSettings, RouteSettings
from tunewright_agent.config.settings import ClusterSettings, Settings

COMMITTED = Path(__file__).parents[3] / "deploy" / "tunewright.example.toml"


def test_the_committed_example_is_the_generated_one() -> None:
    assert COMMITTED.read_text() == example(), "renew it: tunewright example-config > deploy/tunewright.example.toml"


def test_the_example_is_valid_as_it_stands() -> None:
    settings = read(example(), "example", {})
    assert settings.clusters[0].name == "shop"


def test_every_commented_default_is_valid_and_the_default() -> None:
    uncommented = re.sub(r"^# (?=[a-z_]+ = |\[checks|\[\[notifications|\[\[aws)", "", example(), flags=re.MULTILINE)
    settings = read(uncommented, "example", {})
    defaults = Settings()
    assert settings.agent == defaults.agent
    assert settings.log == defaults.log
    shown = {"url": None, "password_from": None}  # examples: they have no default
    assert settings.history.model_copy(update=shown) == defaults.history
    assert settings.history.url is not None
    assert settings.governor == defaults.governor
    assert settings.privacy == defaults.privacy
    assert [one.kind for one in settings.notifications.channels] == ["slack", "pagerduty"]
    assert [(one.region, one.cluster) for one in settings.aws.targets] == [
        ("eu-central-1", "shop"),
        ("us-east-1", None),
    ]
    assert settings.aws.discover_every == defaults.aws.discover_every
    assert settings.notifications.routes[0].channels == ("pager",)
    assert settings.notifications.incidents == defaults.notifications.incidents
    assert (settings.notifications.settle, settings.notifications.give_up_after) == (30, 86400)
    assert (settings.web.address, settings.web.port) == (defaults.web.address, defaults.web.port)


def test_every_key_is_in_the_example_with_its_meaning() -> None:
    words = " ".join(example().replace("\n# ", " ").split())
    for table in (*(type(value) for _, value in Settings() if isinstance(value, BaseModel)), ClusterSettings):
        for name, field in table.model_fields.items():
            shown = rf"^(# )?({name} = |\[\[(notifications|aws)\.{name}\]\])"
            assert re.search(shown, example(), re.MULTILINE), name
            assert field.description
            if name not in {"channels", "routes", "targets"}:  # arrays of tables: their own keys are explained
                assert " ".join(field.description.split()) in words
    explained = " ".join(example().replace("\n#     ", " ").split())
    for table in (ChannelSettings, RouteSettings, AwsTargetSettings):
        for name, field in table.model_fields.items():
            assert f"# {name}: {field.description}" in explained
