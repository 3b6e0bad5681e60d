"""What ``deploy/`` promises: small, its own user, nothing writable, no floating tags, probes, one version."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deepday import __version__

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OVERLAYS = sorted((DEPLOY / "kubernetes/overlays").iterdir())
UNITS = sorted((DEPLOY / "systemd").iterdir())
TOOLS = Path(sys.executable).parent


def documents(file: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(file.read_text(encoding="utf-8")) if one]


def built(kustomization: Path) -> list[dict[str, Any]]:
    """Return what the kustomization lists, its bases included; only lists of files are used, and no patches."""
    (found,) = documents(kustomization / "kustomization.yaml")
    assert set(found) <= {"apiVersion", "kind", "namespace", "resources", "images"}
    listed: list[dict[str, Any]] = []
    for one in found["resources"]:
        path = kustomization / one
        listed += built(path) if path.is_dir() else documents(path)
    return listed


def pods(kustomization: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for one in built(kustomization):
        if "template" in one.get("spec", {}):
            yield one, one["spec"]["template"]["spec"]


@pytest.mark.parametrize("file", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_document_parses_and_says_what_it_is(file: Path) -> None:
    for one in documents(file):
        assert one.keys() >= ({"name", "services"} if file.name == "compose.yaml" else {"apiVersion", "kind"})


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_every_object_fits_the_schema_of_kubernetes(overlay: Path) -> None:
    objects = built(overlay)
    for one in objects:
        kubernetes_validate.validate(one, "1.34", strict=True)
    names = [(one["kind"], one["metadata"]["name"]) for one in objects]
    assert len(set(names)) == len(names)
    listed = {file for folder in (overlay, DEPLOY / "kubernetes/base") for file in folder.iterdir()}
    used = {path for folder in (overlay, DEPLOY / "kubernetes/base") for path in used_in(folder)}
    assert listed == used, "a file that no kustomization names"


def used_in(folder: Path) -> set[Path]:
    (found,) = documents(folder / "kustomization.yaml")
    return {folder / "kustomization.yaml", *(folder / one for one in found["resources"] if one.endswith(".yaml"))}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_kustomize_itself_builds_the_same_objects(overlay: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("NO KUBECTL: the overlays were only put together by this test")
    done = subprocess.run([kubectl, "kustomize", str(overlay)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert {(one["kind"], one["metadata"]["name"]) for one in made} == {
        (one["kind"], one["metadata"]["name"]) for one in built(overlay)
    }
    images = set(re.findall(r"image: (\S+)", done.stdout))
    assert images == {f"deepday:{__version__}"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_pods_run_as_nobody_special_over_a_file_system_that_they_cannot_write(overlay: Path) -> None:
    found = list(pods(overlay))
    assert found
    for _, pod in found:
        security = pod["securityContext"]
        assert (security["runAsNonRoot"], security["runAsUser"]) == (True, 10001)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in container["resources"]["limits"]
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert "env" not in container, "secrets come from a Secret, whole"


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_what_stays_has_probes_and_a_disruption_budget_that_lets_drains_through(overlay: Path) -> None:
    budgets = {
        str(one["spec"]["selector"]): one["spec"] for one in built(overlay) if one["kind"] == "PodDisruptionBudget"
    }
    for one, pod in pods(overlay):
        if one["kind"] == "Job":
            continue
        (container,) = pod["containers"]
        probe = container["readinessProbe"]["exec"]["command"]
        # About this pod alone: one that asks how the whole goes would make all unready by one job that failed.
        assert probe[:2] == ["deepday", "health"]
        if "--heartbeat" in probe:
            assert container["args"] == ["worker", "--heartbeat", probe[-1]]
        budget = budgets[str(one["spec"]["selector"])]
        assert budget.get("maxUnavailable", 0) >= 1 or budget["minAvailable"] < one["spec"]["replicas"]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_nothing_comes_in_over_the_network_and_only_what_is_needed_goes_out(overlay: Path) -> None:
    policies = [one["spec"] for one in built(overlay) if one["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress"]} in policies
    ports = {port["port"] for one in policies for rule in one.get("egress", ()) for port in rule["ports"]}
    assert ports <= {53, 443, 5432}
    assert any(one["policyTypes"] == ["Egress"] and one["podSelector"] == {} for one in policies)


def test_compose_gives_each_of_ours_no_privilege_and_no_floating_image() -> None:
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert [name for name, one in compose["services"].items() if "profiles" not in one] == ["deepday"]
    for name, one in compose["services"].items():
        image, _, tag = one["image"].partition(":")
        assert re.match(r"\d", tag), f"{name}: {image} floats"
        assert "ports" not in one
        assert one["read_only"] is True
        assert "no-new-privileges:true" in one["security_opt"]
        if image == "deepday":
            assert (tag, one["user"], one["cap_drop"]) == (__version__, "10001:10001", ["ALL"])
    assert not re.search(r"PASSWORD: (?!\$\{)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_image_has_a_user_a_health_check_and_a_base_that_is_named() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\"deepday\", \"health\", \"--ready\"", last, re.MULTILINE)
    assert "--require-hashes" in text
    (base,) = re.findall(r"^ARG BASE=python:(\S+)$", text, re.MULTILINE)
    assert re.fullmatch(r"3\.\d+-slim-\w+", base)
    assert "latest" not in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}\n" in allowed


def test_the_image_has_no_finding_of_hadolint() -> None:
    tool = TOOLS / "hadolint"
    if not tool.exists():
        pytest.skip("NO HADOLINT: there is none for this system")
    done = subprocess.run([str(tool), str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("NO SYSTEMD: the unit was not verified")
    deepday = str(TOOLS / "deepday")
    text = unit.read_text(encoding="utf-8")
    assert len(re.findall(r"^ExecStart=", text, re.MULTILINE)) == 1
    placed = tmp_path / unit.name.replace("@", "@1")
    placed.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={deepday}", text, flags=re.MULTILINE), encoding="utf-8")
    user = ["--user"] if "user" in unit.name else []
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [analyze, *user, "verify", str(placed)], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    if not user:
        security = [analyze, "security", "--offline=yes", "--threshold=15", str(placed)]
        done = subprocess.run(security, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"exposed by more than 1.5:\n{done.stdout[-2000:]}"
