"""Tailwind over our tokens alone, as a plugin of the compiler."""

from pathlib import Path
from typing import Any

from reflex_base.constants import Dirs
from reflex_base.plugins.tailwind_v4 import Constants, TailwindV4Plugin

from tht_app.components.ui.tokens import tailwind_css


def _entry_sheet(*_: Any) -> tuple[str, str]:
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
