"""Faults in the settings of notifications name file, line, key and what is wrong; none quotes a secret."""

import re

import pytest

from tunewright_agent.config.load import ConfigurationError, read
from tunewright_agent.notify.channels import notifier_of, plan_of
from tunewright_alerts.notifiers.pagerduty import URL, PagerDuty
from tunewright_analyzers.finding import Severity

CLUSTER = '[[clusters]]\nname = "shop"\nurl = "postgresql://h/d"\n'
SECRET = "https://hooks.example.net/T0/secretpath"
CHAT = f'[[notifications.channels]]\nname = "chat"\nkind = "slack"\nurl = "{SECRET}"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[notifications.channels]]\nname = "c"\nkind = "slak"\n', "kind: Input should be 'slack'"),
        ('[[notifications.channels]]\nname = "c"\nkind = "slack"\n', "needs url or url_from"),
        (CHAT + 'url_from = { env = "X" }\n', "needs url or url_from"),
        (CHAT + 'topic = "x"\n', "of kind slack has no topic; it takes allow_addresses"),
        (CHAT + 'ulr = "x"\n', "no such key; did you mean 'url'?"),
        (CHAT + 'allow_addresses = ["10.0.0.1/8"]\n', "'10.0.0.1/8' is not a network"),
        (CHAT + CHAT, "the channel 'chat' is given twice"),
        (CHAT + '[[notifications.routes]]\nchannels = ["caht"]\n', "a route goes to 'caht', which is not a channel; known are: chat"),
        (CHAT + '[[notifications.routes]]\nchannels = ["chat"]\nteams = ["t"]\n', "names the team 't'"),
        (CHAT + '[[notifications.routes]]\nchannels = ["chat"]\ngroup_by = ["color"]\n', "'color' is not one of cluster, group"),
        (CHAT + '[[notifications.routes]]\nchannels = ["chat"]\nquiet = { start = "25:00", end = "07:00" }\n', 'such as "22:00"'),
        (CHAT + '[[notifications.routes]]\nchannels = ["chat"]\nquiet = { start = "22:00", end = "07:00", timezone = "Mars" }\n', "Europe/Berlin"),
        ('[notifications]\nincidents = ["locks/chain"]\n', "there is no check 'locks/chain'"),
        ('[notifications]\npage_url = "javascript:alert(1)"\n', "an address such as https://"),
        ('[[notifications.channels]]\nname = "m"\nkind = "smtp"\nhost = "h"\nsender = "nobody"\nto = ["a@b.c"]\n', "is not an e-mail address"),
    ],
)  # fmt: skip
def test_a_fault_is_said(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        read(CLUSTER + text, "t.toml", {})
    assert said in str(told.value)
    assert re.match(r"t\.toml(, line \d+)?: notifications", str(told.value))
    assert "secretpath" not in str(told.value)


def test_every_kind_makes_its_notifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "https://x.example.net/s")
    kinds = {
        "slack": "", "teams": "", "alertmanager": "", "apprise": "", "webhook": 'secret_from = { env = "S" }\n',
        "pagerduty": 'key_from = { env = "S" }\n', "sns": 'topic = "arn:aws:sns:eu-central-1:1:t"\n',
        "smtp": 'host = "h"\nsender = "a@b.c"\nto = ["d@e.f"]\n', "ses": 'sender = "a@b.c"\nto = ["d@e.f"]\n',
    }  # fmt: skip
    webs = {"slack", "teams", "alertmanager", "apprise", "webhook"}
    text = "".join(
        f'[[notifications.channels]]\nname = "{kind}"\nkind = "{kind}"\n{more}'
        + ('url_from = { env = "S" }\n' if kind in webs else "")
        for kind, more in kinds.items()
    )
    settings = read(CLUSTER + text, "t.toml", {}).notifications
    made = {one.name: notifier_of(one) for one in settings.channels}
    assert [type(made[kind]).__name__.lower() for kind in kinds] == list(kinds)
    assert made["pagerduty"] == PagerDuty("https://x.example.net/s", URL)
    plan = plan_of(settings)
    ways = {route.channel: route for route in plan.routes}
    assert set(ways) == set(kinds)  # without routes all channels get what is medium or worse
    assert ways["slack"].least is Severity.MEDIUM
    assert ways["pagerduty"].group_by == ("cluster", "check", "subject")
    assert (ways["alertmanager"].repeat_seconds, ways["slack"].repeat_seconds) == (300, 86400)


def test_without_channels_nothing_is_routed() -> None:
    assert read(CLUSTER, "t.toml", {}).notifications.channels == ()


def test_a_secret_in_the_address_is_in_no_representation() -> None:
    assert "secretpath" not in repr(read(CLUSTER + CHAT, "t.toml", {}))
