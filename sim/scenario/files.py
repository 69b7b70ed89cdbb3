"""Where scenarios are read from: the shipped ones, files of the disk, and the files beside either."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from sim.base.errors import InputError, Place, Problem, ScenarioError, nearest
from sim.base.yamlfile import Document, load

LARGEST = 1_000_000
"""No file beside a scenario is larger, in bytes."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands beside a scenario; a name in it is told as `shown` and that name."""

    root: Traversable
    shown: str
    shipped: bool

    def find(self, name: str) -> Traversable | None:
        """Return the file of this name in the folder, or below it."""
        parts = PurePosixPath(name).parts
        outside = not parts or "\\" in name or ":" in name or parts[0] == "/" or ".." in parts
        found = None if outside else self.root.joinpath(*parts)
        return found if found is not None and found.is_file() else None

    def read(self, file: Traversable, name: str, place: Place) -> str:
        """Return the text of a file of the folder, which `place` names."""
        try:
            raw = file.read_bytes()
            if len(raw) > LARGEST:
                problem = Problem("SCENARIO-FILE", f"{name} is too large", place, "write a megabyte at most")
                raise ScenarioError(problem)
            return raw.decode("utf-8-sig")
        except OSError as error:
            what = f"cannot read {name}: {error.strerror}"
            raise ScenarioError(Problem("SCENARIO-FILE", what, place, "check the file")) from None
        except UnicodeDecodeError:
            what = f"{name} is not UTF-8 text"
            raise ScenarioError(Problem("SCENARIO-FILE", what, place, "save it as UTF-8")) from None

    def names(self, below: str = "") -> list[str]:
        """Return the names of the .yaml files in the folder, or in one below it, without their ending."""
        folder = self.root.joinpath(below) if below else self.root
        found = folder.iterdir() if folder.is_dir() else iter(())
        prefix = f"{below}/" if below else ""
        return sorted(f"{prefix}{f.name[:-5]}" for f in found if f.name.endswith(".yaml"))


SHIPPED = Folder(resources.files("scenarios"), "scenarios/", True)


def shipped() -> list[str]:
    """Return the names of the shipped scenarios, sorted."""
    return SHIPPED.names()


def is_path(name: str) -> bool:
    """Tell whether a name is a path: it contains / or \\ or .yaml."""
    return any(mark in name for mark in ("/", "\\", ".yaml"))


def beside(name: str) -> Folder:
    """Return what stands beside a scenario of this shipped name or path."""
    if not is_path(name):
        return SHIPPED
    folder = Path(name).parent
    return Folder(folder, "" if folder == Path() else f"{folder}/", False)


def read(name: str) -> Document:
    """Return the document of a shipped name, or of a path (it contains / or \\ or .yaml)."""
    text = source(name)
    return load(text, name) if is_path(name) else load(text, f"scenarios/{name}.yaml", shipped=True)


def source(name: str) -> str:
    """Return the text of a scenario by shipped name or path; raise InputError where there is none."""
    if is_path(name):
        try:
            return Path(name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise InputError(
                Problem(
                    "SCENARIO-READ",
                    f"cannot read {name}",
                    advice=error.strerror or "check the path",
                )
            ) from None
        except UnicodeDecodeError:
            raise InputError(
                Problem("SCENARIO-READ", "not UTF-8 text", Place(name), "save it as UTF-8")
            ) from None
    known = shipped()
    if name not in known:
        advice = nearest(name, known, f"shipped: {', '.join(known)}")
        if Path(f"{name}.yaml").is_file():
            advice = f"a file is named by its path: ./{name}.yaml"
        raise InputError(Problem("SCENARIO-UNKNOWN", f"no scenario {name!r}", advice=advice))
    return SHIPPED.root.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
