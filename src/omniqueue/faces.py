"""Faces: the public names of a package, listed once, in the stub beside its `__init__.py`.

The stub (`__init__.pyi`) holds one import for each public name, where type checkers look for them.
At run time the same list says what to load when a name is first asked for (PEP 562), so that
importing a package costs next to nothing and a program pays only for what it uses.
"""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import get_data


def face(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package whose stub lists its public names.

    Args:
        package: the package's `__name__`.

    Cost: nothing before the first look-up; then O(names) once, and each name is loaded once.

    Example:
        >>> look_up, _ = face("omniqueue")
        >>> look_up("Router").__module__
        'omniqueue.core.router'
    """
    modules: dict[str, str] = {}  # public name to the module that defines it

    def listed() -> dict[str, str]:
        if not modules:
            stub = ast.parse(get_data(package, "__init__.pyi") or b"")
            for line in stub.body:
                if isinstance(line, ast.ImportFrom) and line.module:
                    modules.update((name.name, line.module) for name in line.names)
        return modules

    def look_up(name: str) -> object:
        if name == "__all__":  # what a star import asks for
            return sorted(listed())
        if name.startswith("_") or name not in listed():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return look_up, lambda: sorted({*vars(sys.modules[package]), *listed()})
