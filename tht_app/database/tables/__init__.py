"""All tables, imported so that `alembic check` compares them with the database."""

import importlib
import pkgutil

from .base import ClinicTable, metadata

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["ClinicTable", "metadata"]
