"""The screens. Importing this package imports every page, which puts it on the list of pages."""

from importlib import import_module
from pkgutil import walk_packages

for _found in sorted(walk_packages(__path__, f"{__name__}."), key=lambda module: module.name):
    import_module(_found.name)
