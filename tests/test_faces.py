"""Faces: the packages that users import from, each with its index, listed once."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from omniqueue.faces import face

TOP = Path(__file__).resolve().parent.parent
PACKAGES = ("omniqueue", *(f"omniqueue.{each}" for each in (
    "sim", "theory", "record", "report", "play", "testing")))  # fmt: skip
MODULES = ("omniqueue.events", "omniqueue.errors", "omniqueue.insight")
MOST = 50  # names that a reader still finds one by one


def named_in(text: str) -> list[str]:
    """The names that a docstring's list gives, its examples and closing remarks left out."""
    [items] = re.findall(r"(?ms)^- .*?(?=^[A-Z]|\Z)", text)
    return re.findall(r"`(\w+)`", items)


def defined_in(module: str) -> set[str]:
    """The names that a module imports under their own name, or defines."""
    tree = ast.parse(Path(import_module(module).__file__ or "").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    public = {name for name in classes if name[0] != "_"}
    return public | {name.asname for node in imports for name in node.names if name.asname}


FACES = {
    **{package: set(import_module(package).__all__) for package in PACKAGES},
    **{module: defined_in(module) for module in MODULES},
}
FACE_OF = {name: face for face in reversed(FACES) for name in FACES[face]}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_there_and_comes_from_one_place(package: str) -> None:
    module = import_module(package)
    names = module.__all__
    assert names == sorted(names)
    assert set(names) <= set(dir(module))
    assert all(getattr(module, name) is not None for name in names)
    assert len(names) <= MOST
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nobody'"):
        module.Nobody  # noqa: B018 - the look-up is what is tested


@pytest.mark.parametrize("name", [name for name in FACES if name != "omniqueue.errors"])
def test_the_docstring_is_the_index(name: str) -> None:
    listed = named_in(import_module(name).__doc__ or "")
    assert sorted(set(listed)) == sorted(listed)
    assert set(listed) == FACES[name]


def test_a_name_stands_on_one_face_or_on_the_first_too() -> None:
    for one in FACES:
        for other in FACES:
            if "omniqueue" not in (one, other) and one != other:
                assert not FACES[one] & FACES[other], (one, other)


def imports_of(text: str) -> list[tuple[str, list[str]]]:
    """What a text imports from where, in code or in examples."""
    code = re.sub(r"(?m)^[ \t]*(>>>|\.\.\.) ?", "", text)
    found = re.findall(r"(?ms)^[ \t]*from (omniqueue[\w.]*) import (\([^)]*\)|[^\n#]*)", code)
    return [(module, re.findall(r"\w+", names)) for module, names in found]


def test_readme_and_examples_import_from_faces_only() -> None:
    places = [TOP / "README.md", *(TOP / "src").rglob("*.md"), *(TOP / "examples").glob("*.py")]
    deeper = [
        f"{place.relative_to(TOP)}: {module}"
        for place in places
        for module, _ in imports_of(place.read_text(encoding="utf-8"))
        if module not in (*FACES, "omniqueue.extra.prometheus", "omniqueue.cli.main")
    ]
    assert deeper == []


def test_docstrings_import_a_public_name_from_its_face() -> None:
    """Their examples show users where a name is; what no face has is for its neighbours."""
    deeper = []
    for place in sorted((TOP / "src").rglob("*.py")):
        examples = re.findall(r"(?m)^ *>>> .*\n(?: *\.\.\. .*\n)*", place.read_text("utf-8"))
        for module, names in imports_of("".join(examples)):
            for name in names:
                if module not in FACES and name in FACE_OF:
                    deeper.append(f"{place.relative_to(TOP)}: {name} of {FACE_OF[name]}")
    assert deeper == []


def test_a_look_up_loads_once() -> None:
    look_up, _ = face("omniqueue.theory")
    assert look_up("erlang_c") is import_module("omniqueue.theory.erlang").erlang_c
    assert "erlang_c" in vars(import_module("omniqueue.theory"))
