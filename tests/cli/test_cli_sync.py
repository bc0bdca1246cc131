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
