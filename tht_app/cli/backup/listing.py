"""`tht backup list` and `tht backup verify`: what there is, and whether it can be relied on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tht_app.cli.place import choose_demo, key_file
from tht_app.settings import settings

Demo = Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="Another master key than the configured one.")]


def list_backups(demo: Demo = False, as_json: AsJson = False) -> None:
    """What lies in the folder of backups, the newest last; needs no key."""
    from tht_app.database.backup.container import BackupRefused, read_head
    from tht_app.database.backup.shelf import Shelf

    if demo:
        choose_demo()
    shelf, rows = Shelf(settings().backups), list[dict[str, Any]]()
    for one in shelf.stored():
        path = shelf.path_of(one)
        row: dict[str, Any] = {"file": str(path), "bytes": path.stat().st_size}
        try:
            with path.open("rb") as file:
                row |= asdict(read_head(file)[0])
        except BackupRefused as refusal:
            row["problem"] = str(refusal)
        rows.append(row)
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        about = row.get("problem") or f"{row['kind']}, schema {row['revision']}, key {row['key']}"
        typer.echo(f"{Path(row['file']).name}  {row['bytes'] / 1e6:10.1f} MB  {about}")
    typer.echo(f"{len(rows)} backups in {shelf.folder}.")


def verify_backup(
    file: Annotated[Path | None, typer.Argument(help="A backup; the newest when not named.")] = None,
    key: KeyFile = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Read a whole backup: every byte authenticated, the dump parsed to its end; nothing is restored."""
    from tht_app.database.backup.container import opened
    from tht_app.database.backup.create import check

    if demo:
        choose_demo()
    path = chosen_backup(file)
    with opened(path, chosen_key(key)) as reader:
        found = check(reader)
    rows = sum(found.manifest.counts.values())
    if as_json:
        said = {"file": str(path), "members": found.members, "bytes": found.bytes, "rows": rows}
        typer.echo(json.dumps(said | {"head": asdict(found.head), "counts": dict(found.manifest.counts)}))
    else:
        typer.echo(
            f"{path.name} is whole: {found.manifest.clinic or 'a clinic'}, {found.head.created_at}, {rows} rows."
        )


def chosen_backup(file: Path | None) -> Path:
    """The backup that was named, also by its name alone, or the newest; raises `BackupRefused`."""
    from tht_app.database.backup.container import BackupRefused
    from tht_app.database.backup.shelf import Shelf
    from tht_app.domain.backup import Kind

    shelf = Shelf(settings().backups)
    if file is not None:
        return file if file.exists() or file.parent != Path() else shelf.folder / file
    stored = [one for one in shelf.stored() if one.kind is not Kind.BASE]
    if not stored:
        raise BackupRefused(f"There is no backup in {shelf.folder}.")
    return shelf.path_of(stored[-1])


def chosen_key(path: Path | None) -> bytes:
    """The master key of this clinic, or the one in a file."""
    from tht_app.database.crypto import read_master_key

    return read_master_key(path or key_file(settings()), "" if path else settings().master_key)
