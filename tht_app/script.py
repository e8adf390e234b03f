"""JavaScript and CSS that lie beside the Python of a component."""

import sys
from pathlib import Path

from reflex.assets import AssetPathStr, _link_shared_asset, _versioned_asset_path
from reflex_base.constants import Dirs
from reflex_base.environment import EnvironmentVariables


def script(name: str) -> AssetPathStr:
    """The file `name` beside the calling module, as `script(name)` would give it.

    `rx.asset` finds out who calls by reading the source of every frame on the stack, which here, at the bottom of many
    imports, took more than half of a start. This looks at the caller alone. Raises FileNotFoundError.
    """
    caller = sys._getframe(1).f_globals  # noqa: SLF001  (the one way to know who calls)
    source = Path(caller["__file__"]).with_name(name)
    if not source.exists():
        raise FileNotFoundError(source)
    public = Path(Dirs.EXTERNAL_APP_ASSETS, *caller["__name__"].split("."), name)
    if not EnvironmentVariables.REFLEX_BACKEND_ONLY.get():
        link = Path.cwd() / Dirs.APP_ASSETS / public
        link.parent.mkdir(parents=True, exist_ok=True)
        _link_shared_asset(link, source)
    return _versioned_asset_path(f"/{public.as_posix()}", source)
