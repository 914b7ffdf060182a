"""What is installed: pinned by hash, complete, no more than is needed, under licences that are known."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from etl.settings import Settings
from tests.conftest import ROOT
from tools.third_party import PAGE, known_licences, needed, render, requirements_of, stated_licences, walk

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
ASKED = requirements_of(*EXTRAS) + PROJECT["build-system"]["requires"]

_PIN = re.compile(
    r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[A-Za-z0-9.+!]+)(?: ; (?P<marker>[^\\/:@]+?))?(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})*)"
)
_WHY = re.compile(r" +# (?:via|via [a-z0-9-]+|  [a-z0-9-]+)(?: \(pyproject\.toml\))?")
"""What uv writes below a pin: who asks for it."""

Locked = dict[str, list[Requirement]]


def _pins(lock: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    for line in re.sub(r" *\\\n *", " ", lock).splitlines():
        if line.strip() and not _WHY.fullmatch(line):
            yield line, _PIN.fullmatch(line)


def _locked(lock: str) -> Locked:
    """The pins of a lock, by name; a package may have one for each version of Python."""
    found: Locked = {}
    for _, pin in _pins(lock):
        if pin:
            marker = f" ; {pin['marker']}" if pin["marker"] else ""
            found.setdefault(pin["name"], []).append(Requirement(f"{pin['name']}=={pin['version']}{marker}"))
    return found


def _here(pins: Iterable[Requirement]) -> list[Requirement]:
    return [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]


def _version_of(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


def unpinned(lock: str) -> list[str]:
    """The lines of a lock that are not one version of a package of the index, with its hashes."""
    return [line for line, pin in _pins(lock) if pin is None or not pin["hashes"]]


def not_current(locked: Locked, asked: list[str]) -> list[str]:
    """What the project asks for and the lock does not have, in a version that will do, for some platform or version of Python."""
    faults = []
    for text in asked:
        requirement = Requirement(text)
        pins = locked.get(canonicalize_name(requirement.name), [])
        bad = [pin for pin in pins if not requirement.specifier.contains(_version_of(pin), prereleases=True)]
        faults += [f"{text}: {'not in the lock' if not pins else bad[0]}"] if bad or not pins else []
    return faults


def not_as_locked(locked: Locked, asked: list[str]) -> list[str]:
    """What is installed here, or should be, and is not what the lock says."""
    faults = []
    for asker, requirement in walk(asked):
        name = canonicalize_name(requirement.name)
        pins = [_version_of(pin) for pin in _here(locked.get(name, []))]
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "nothing"
        if pins != [installed]:
            faults.append(f"{name}, for {asker}: {installed} is installed, {pins} locked")
        elif not requirement.specifier.contains(installed, prereleases=True):
            faults.append(f"{asker} wants {requirement}, {installed} is locked")
    return faults


def not_needed(locked: Locked, asked: list[str]) -> list[str]:
    """What is locked for this environment and nothing asks for."""
    return sorted({name for name, pins in locked.items() if _here(pins)} - set(needed(asked)))


def extras_of_lock(makefile: str) -> set[str]:
    """The extras for which `make lock` resolves."""
    recipe = makefile.split("\nlock:", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"--extra (\S+)", recipe))


def test_each_line_is_pinned_by_hash() -> None:
    """The lock has one version and hashes on each line: no address, no path, no editable package, nothing unpinned."""
    assert unpinned(LOCK) == []
    assert len(_locked(LOCK)) > 200


@pytest.mark.parametrize(
    "line",
    [
        "click>=8.1",
        "click==8.5.1",
        "click",
        f"click==8.* --hash=sha256:{'0' * 64}",
        f"click==8.5.1 --hash=md5:{'0' * 32}",
        "-e .",
        "--index-url https://index.example/simple",
        f"click @ https://files.example/click.whl --hash=sha256:{'0' * 64}",
        "./wheels/click.whl",
        "# from https://index.example",
    ],
)
def test_an_unpinned_line_is_found(line: str) -> None:
    """Each other way to write a requirement, in the lock, is told."""
    assert unpinned(f"{LOCK}{line}\n") == [line]


def test_a_lost_hash_is_found() -> None:
    """A pin whose hashes are cut away is told."""
    pin = re.search(r"^click==\S+", LOCK, re.M)
    assert pin is not None
    assert unpinned(re.sub(r"^(click==\S+) \\\n(?:    --hash.*\n)+", r"\1\n", LOCK, flags=re.M)) == [pin.group()]


def test_the_lock_is_current() -> None:
    """What pyproject.toml asks for is locked, with all its extras, in a version that it allows on every platform."""
    assert extras_of_lock(MAKEFILE) == set(EXTRAS)
    assert not_current(_locked(LOCK), ASKED) == []


def test_an_outdated_lock_is_found() -> None:
    """An extra that `make lock` forgets, a new package, and a version that is too old, are told."""
    assert extras_of_lock(MAKEFILE.replace("--extra bench ", "")) == set(EXTRAS) - {"bench"}
    assert not_current(_locked(LOCK), ["arrow-of-time>=1"]) == ["arrow-of-time>=1: not in the lock"]
    (fault,) = not_current(_locked(LOCK), ["numpy>=2.5"])  # the newest for one version of Python, not for the other
    assert fault.startswith("numpy>=2.5: numpy==2.4")


def test_what_is_installed_is_what_is_locked() -> None:
    """Every package that the project needs here, through all that its packages ask for, is installed as locked."""
    assert not_as_locked(_locked(LOCK), ASKED) == []


def test_the_lock_has_no_more_than_is_needed() -> None:
    """Each package that is locked for this environment is one that the project needs."""
    assert not_needed(_locked(LOCK), ASKED) == []


def test_a_package_too_few_or_too_many_is_found() -> None:
    """A needed package that is not locked, another version of one, and one that nothing asks for, are told."""
    locked = _locked(LOCK)
    (changed,) = locked["markupsafe"]
    wrong: Locked = locked | {"markupsafe": [Requirement("markupsafe==0.1")]}
    assert any(fault.startswith("markupsafe, for jinja2:") for fault in not_as_locked(wrong, ASKED))
    assert changed not in wrong["markupsafe"]
    del wrong["markupsafe"]
    assert any(fault.startswith("markupsafe, for jinja2:") for fault in not_as_locked(wrong, ASKED))
    assert not_needed(locked | {"leftover": [Requirement("leftover==1")]}, ASKED) == ["leftover"]


def test_only_what_is_locked_is_installed() -> None:
    """`make env` asks pip for the hashes, and installs the project itself without fetching anything."""
    recipe = MAKEFILE.split("\n$(VENV)/.ready:", 1)[1].split("\n\n", 1)[0]
    installs = [line for line in recipe.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation -e ." in installs[1]


def test_the_audit_fails_where_it_cannot_ask(tmp_path: Path) -> None:
    """Without a way to the index, `make audit` does not say that all is well."""
    recipe = MAKEFILE.split("\naudit:", 1)[1].split("\n\n", 1)[0].split("\n\t", 1)[1].replace("\\\n", " ")
    closed = "http://127.0.0.1:9"
    aside = {name: str(tmp_path) for name in ("XDG_CACHE_HOME", "PIP_CACHE_DIR")}  # nothing that was asked earlier
    done = subprocess.run(
        recipe.replace("$(BIN)", str(Path(sys.executable).parent)),
        shell=True, cwd=ROOT, env=os.environ | aside | {"HTTPS_PROXY": closed, "https_proxy": closed},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        done.stderr.rstrip().splitlines()[-1].startswith("make audit: a package has a known fault, or its faults could")
    )
    assert "No known vulnerabilities" not in done.stdout + done.stderr
    assert "--strict" in recipe  # without it, a package that the index does not tell of counts as sound


def test_the_page_of_security_names_every_bound() -> None:
    """SECURITY.md names the settings that bound what an input can do, and no setting that is not there."""
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    bounds = {name for name in Settings.model_fields if re.match(r"max_|fetch_max_|fetch_timeout", name)}
    assert set(re.findall(r"`((?:max|fetch)_\w+)`", page)) == bounds


_WRITTEN_ON = sys.platform == "linux" and sys.version_info[:2] == (3, 11)


@pytest.mark.skipif(not _WRITTEN_ON, reason="the page lists what Linux and Python 3.11 need")
def test_the_page_of_licences_is_current() -> None:
    """THIRD_PARTY.md is what `make licences` writes: each package of the default install, its version and its licence."""
    assert render(stated_licences(needed(requirements_of())), known_licences()) == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT", True),
        ("MIT AND Zlib", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT OR BSD-3-Clause", True),
        ("MIT License; BSD License", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only AND MIT", False),
        ("MIT License; GNU General Public License (GPL)", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_an_unknown_licence_stops(licence: str, is_allowed: bool) -> None:
    """A package whose licence nobody has read is named with it; of several licences one may choose where `OR` says so."""
    packages = [("wanted", "1.0", licence)]
    if is_allowed:
        assert f"| wanted | 1.0 | {licence} |" in render(packages, known_licences())
    else:
        with pytest.raises(SystemExit, match=re.escape(f"wanted 1.0 is under {licence!r}")):
            render(packages, known_licences())
