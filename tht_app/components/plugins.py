"""What we add to the compiler: Tailwind over our tokens alone, and screens that talk to whoever served them.

`rxconfig.py` imports this before the app exists, so nothing here may import components at the top.
"""

import re
from pathlib import Path
from typing import Any

from reflex_base.constants import Dirs
from reflex_base.plugins import Plugin
from reflex_base.plugins.tailwind_v4 import Constants, TailwindV4Plugin

BAKED = re.compile(r"""([`"'])(ws|http)s?://localhost:\d+(/[^`"']*)\1""")


class NoAddressFound(RuntimeError):
    """The build holds no address to replace: the compiler writes it in another way now."""


def origin_relative(script: str) -> str:
    """Replace baked addresses by ones that the browser computes. Raises NoAddressFound."""
    replaced, count = BAKED.subn(
        lambda match: f"(location.origin{'.replace(/^http/,`ws`)' if match[2] == 'ws' else ''}+`{match[3]}`)", script
    )
    if not count:
        raise NoAddressFound(script[:200])
    return replaced


def _entry_sheet(*_: Any) -> tuple[str, str]:
    from tht_app.components.ui.tokens import tailwind_css  # noqa: PLC0415  see the module

    return str(Path(Dirs.STYLES) / Constants.ROOT_STYLE_PATH), tailwind_css()


class ClinicTailwind(TailwindV4Plugin):
    """Replaces the default entry sheet, so that neither Tailwind's palette nor Radix Themes reaches the bundle."""

    def __init__(self) -> None:
        """Use no Tailwind plugins: typography is ours."""
        super().__init__(config={"plugins": []})

    def pre_compile(self, **context: Any) -> None:
        """Save our entry sheet in place of the one that the parent saves."""

        def save(task: Any, *args: Any, **kwargs: Any) -> None:
            ours = task.__name__ == "compile_root_style"
            context["add_save_task"](_entry_sheet if ours else task, *args, **kwargs)

        super().pre_compile(**{**context, "add_save_task": save})


class OriginRelativePlugin(Plugin):
    """Rewrites the one small chunk that knows the server's address."""

    def post_build(self, *, static_dir: Path, **_: Any) -> None:
        """Rewrite it and drop its compressed copies, which would still hold the old address."""
        for chunk in static_dir.rglob("reflex-env-*.js"):
            chunk.write_text(origin_relative(chunk.read_text(encoding="utf-8")), encoding="utf-8")
            for suffix in (".gz", ".br", ".zst"):
                chunk.with_name(chunk.name + suffix).unlink(missing_ok=True)
