"""What deploy/ holds, by the strongest check that needs no engine, cluster or account: schemas, linters, and that every name it uses exists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import kubernetes_validate
import pytest
import yaml

from tunewright_agent.config.load import load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
INSTALLED = Path(sys.executable).parent
"""Where the linters of the virtual environment are."""
KUBERNETES = sorted(
    one for one in (DEPLOY / "kubernetes").rglob("*.yaml") if one.name not in {"kustomization.yaml", "sidecar.yaml"}
)
RELEASES = ("1.29", "1.33")


def _said(*command: str) -> str:
    """What a program prints, once it ended well."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_the_dockerfile_passes_hadolint_and_copies_only_what_exists() -> None:
    dockerfile = DEPLOY / "docker/Dockerfile"
    _said(str(INSTALLED / "hadolint"), "--no-color", str(dockerfile))
    text = dockerfile.read_text()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert f"!{name}" in (DEPLOY / "docker/Dockerfile.dockerignore").read_text(), name
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1] == "10001:10001"


def test_the_unit_has_no_mistakes_and_is_hardened(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = (DEPLOY / "systemd/tunewright.service").read_text()
    runnable = tmp_path / "tunewright.service"
    runnable.write_text(
        unit.replace("/opt/tunewright/bin/tunewright", "/bin/true")
    )  # verify asks for the program itself
    _said("systemd-analyze", "verify", str(runnable))
    level = re.search(
        r"exposure level for \S+: ([\d.]+)", _said("systemd-analyze", "security", "--offline=true", str(runnable))
    )
    assert level is not None
    assert float(level[1]) <= 2.0


def test_every_file_and_secret_that_compose_names_exists_or_is_the_users() -> None:
    folder = DEPLOY / "compose"
    compose = _yaml(folder / "compose.yaml")
    users = {"secrets", "dashboards"}
    for name, service in compose["services"].items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert Path(source).parts[0] in users or (folder / source).exists(), (name, source)
            else:
                assert source in compose["volumes"], (name, source)
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
    built = compose["services"]["tunewright"]
    assert (folder / built["build"]["context"] / built["build"]["dockerfile"]).exists()
    assert built["read_only"]
    assert built["cap_drop"] == ["ALL"]


def test_the_prometheus_of_compose_is_accepted(tmp_path: Path, program: Any) -> None:
    text = (DEPLOY / "compose/prometheus.yml").read_text()
    token = tmp_path / "token"
    token.write_text("t")
    (tmp_path / "prometheus.yml").write_text(text.replace("/run/secrets/web_token", str(token)))
    shutil.copytree(ROOT / "alerts/tunewright_alerts/rules", tmp_path / "rules")
    _said(program("promtool"), "check", "config", str(tmp_path / "prometheus.yml"))


@pytest.mark.parametrize(
    "path", sorted(DEPLOY.rglob("tunewright*.toml")), ids=lambda path: str(path.relative_to(DEPLOY))
)
def test_every_configuration_is_one(path: Path) -> None:
    assert load(path).clusters[0].name == "shop"


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_accepts_the_manifests(path: Path, release: str) -> None:
    kubernetes_validate.validate(_yaml(path), release, strict=True)


def test_the_sidecar_is_accepted_once_it_is_in_its_pod() -> None:
    patch = _yaml(DEPLOY / "kubernetes/sidecar/sidecar.yaml")
    labels = {"app": "database"}
    patch["spec"] |= {"serviceName": "database", "selector": {"matchLabels": labels}}
    patch["spec"]["template"]["metadata"] = {"labels": labels}
    kubernetes_validate.validate(patch, RELEASES[-1], strict=True)
    pod = patch["spec"]["template"]["spec"]
    assert {one["name"] for one in pod["volumes"]} == {one["name"] for one in pod["containers"][0]["volumeMounts"]}


def test_kustomize_builds_the_base_and_a_pod_with_the_sidecar(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine")
    kinds = [one["kind"] for one in yaml.safe_load_all(_said("kubectl", "kustomize", str(DEPLOY / "kubernetes/base")))]
    assert sorted(kinds) == ["ConfigMap", "NetworkPolicy", "Service", "ServiceAccount", "StatefulSet"]
    shutil.copytree(DEPLOY / "kubernetes/sidecar", tmp_path / "sidecar")
    (tmp_path / "own").mkdir()
    database = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "database"},
        "spec": {"template": {"spec": {"containers": [{"name": "postgres", "image": "postgres:18"}]}}},
    }
    (tmp_path / "own/database.yaml").write_text(yaml.safe_dump(database))
    (tmp_path / "own/kustomization.yaml").write_text(
        yaml.safe_dump({"resources": ["database.yaml"], "components": ["../sidecar"]})
    )
    (built,) = yaml.safe_load_all(_said("kubectl", "kustomize", str(tmp_path / "own")))
    assert {one["name"] for one in built["spec"]["template"]["spec"]["containers"]} == {"postgres", "tunewright"}


def test_the_kustomization_names_every_manifest() -> None:
    base = DEPLOY / "kubernetes/base"
    named = set(_yaml(base / "kustomization.yaml")["resources"])
    assert named == {one.name for one in base.glob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.slow
def test_cloudformation_is_clean_and_its_settings_are_ones(tmp_path: Path) -> None:
    template = DEPLOY / "ecs/tunewright.yaml"
    _said(str(INSTALLED / "cfn-lint"), str(template))
    text = template.read_text().split("Value: !Sub |\n")[1].split("          Secrets:")[0]
    values = {"ClusterName": "shop", "DatabaseUrl": "postgresql://t@db.example.net/shop", "DatabaseSecretArn": "arn:x"}
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    (tmp_path / "t.toml").write_text(text)
    assert load(tmp_path / "t.toml").clusters[0].name == "shop"


def test_terraform_parses_and_declares_what_it_uses() -> None:
    files = sorted((DEPLOY / "terraform").glob("*.tf"))
    declared, resources, text = set[str](), set[str](), "".join(one.read_text() for one in files)
    for path in files:
        with path.open() as opened:
            module = hcl2.load(opened)
        declared |= {name.strip('"') for one in module.get("variable", ()) for name in one if not name.startswith("__")}
        for kind in ("resource", "data"):
            for one in module.get(kind, ()):
                for type_, names in one.items():
                    if not type_.startswith("__"):
                        prefix = "data." if kind == "data" else ""
                        resources |= {
                            f"{prefix}{type_.strip(chr(34))}.{name.strip(chr(34))}"
                            for name in names
                            if not name.startswith("__")
                        }
    assert set(re.findall(r"\bvar\.(\w+)", text)) == declared
    used = {f"{data}{type_}.{name}" for data, type_, name in re.findall(r"(?<![\w.])(data\.)?(aws_\w+)\.(\w+)", text)}
    assert used <= resources
    if shutil.which("terraform") is not None:
        _said("terraform", "fmt", "-check", "-recursive", str(DEPLOY / "terraform"))


@pytest.mark.slow
def test_the_monitoring_role_is_what_grants_prints() -> None:
    printed = _said(str(INSTALLED / "tunewright"), "grants")
    assert (DEPLOY / "sql/postgresql.sql").read_text() == printed
