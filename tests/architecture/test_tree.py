"""What may not lie in the source tree."""

from tests.architecture.source import PACKAGE, ROOT


def test_no_link_leads_out_of_the_tree():
    """Reflex links assets into the folder it runs in; committed, such a link points into one person's machine."""
    folders = (PACKAGE, ROOT / "tests", ROOT / "docs", ROOT / "alembic", ROOT / "bench", ROOT / "scripts")
    links = [path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob("*") if path.is_symlink()]
    assert not links
