"""`snappy sync`."""

import json
import shutil


def test_sync_follows_a_folder(snappy, data, tmp_path):
    folder, index = tmp_path / "docs", tmp_path / "i.snappy"
    folder.mkdir()
    shutil.copy(data / "table.pdf", folder / "a.pdf")
    shutil.copy(data / "table.pdf", folder / "b.pdf")

    def sync(*options):
        return snappy("sync", folder, "--to", index, "--workers", 0, *options)

    assert sync().out.startswith("1 added, 0 unchanged, 1 duplicates, 0 failed; 1 pages")
    (folder / "a.pdf").rename(folder / "c.pdf")
    shutil.copy(data / "unicode.pdf", folder / "b.pdf")
    result = sync("--dry-run")
    assert (result.code, result.out.splitlines()[:3]) == (0, ["+ b.pdf", "+ c.pdf", "- a.pdf"])
    report = json.loads(sync("--json").out)
    assert (report["added"], report["removed"]) == (["b.pdf", "c.pdf"], ["a.pdf"])
    assert "is no folder" in snappy("sync", tmp_path / "no", "--to", index).error


def test_sync_reads_as_index_does(snappy, data, tmp_path):
    """The same options have the same names, defaults and effect."""
    from typer.main import get_command

    from snappy_core.cli import app

    commands = get_command(app).commands
    options = [
        {option.name: (option.opts, option.default) for option in commands[name].params}
        for name in ("index", "sync")
    ]
    only_of_index, only_of_sync = {"paths", "regions", "regions_format"}, {"folder", "dry_run"}
    assert set(options[0]) - set(options[1]) == only_of_index
    assert set(options[1]) - set(options[0]) == only_of_sync
    shared = set(options[0]) & set(options[1])
    assert all(options[0][name] == options[1][name] for name in shared)

    folder, index = tmp_path / "docs", tmp_path / "i.snappy"
    folder.mkdir()
    shutil.copy(data / "table.pdf", folder)
    arguments = ("--to", index, "--workers", 0, "--ocr", "never")
    assert snappy("sync", folder, *arguments, "--ocr-engine", "rapidocr").code == 0
    assert snappy("list", index).code == 0
    refused = snappy("sync", folder, *arguments, "--reader", "seal")
    assert "registered reader" in refused.error
    refused = snappy("sync", folder, "--to", tmp_path / "b", "--workers", 0, "--max-pages", 0)
    assert refused.error == "max_pages must be positive, not 0"
