"""Packs what runs on Azure, and nothing else: the project without what `.funcignore` names.

    package.py PACKAGE.zip

The same files always give the same bytes. Azure installs requirements.txt itself, for its own
platform (a remote build).
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip file knows


def read_patterns(ignore_file: Path) -> list[str]:
    """The patterns of an ignore file, without comments.

    Three tools read `.funcignore`, each a little differently. This one refuses what they do not
    agree on.

    Raises:
        ValueError: a pattern is more than a name or a path from the root.
    """
    lines = (line.strip() for line in ignore_file.read_text().splitlines())
    patterns = [line for line in lines if line and not line.startswith("#")]
    for pattern in patterns:
        if pattern.startswith("!") or "**" in pattern:
            raise ValueError(f"{ignore_file.name}: {pattern}: use plain names and paths")
    return patterns


def is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    """Whether a pattern names `path` or a folder it lies in."""
    within = [path, *list(path.parents)[:-1]]  # a slice of `parents` needs Python 3.10
    for pattern in patterns:
        name = pattern.strip("/")
        from_root = "/" in pattern.removesuffix("/")
        if any(fnmatchcase(str(p) if from_root else p.name, name) for p in within):
            return True
    return False


def files(root: Path) -> Iterator[PurePosixPath]:
    """The files that run, in order of their paths."""
    patterns = read_patterns(root / ".funcignore")
    found = []
    for folder, folders, names in os.walk(root):
        inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
        folders[:] = [f for f in folders if not is_ignored(inside / f, patterns)]
        found += [inside / name for name in names if not is_ignored(inside / name, patterns)]
    yield from sorted(found)


def write(package: Path, root: Path = ROOT) -> None:
    """Write the package."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files(root):
            entry = zipfile.ZipInfo(str(path), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, (root / path).read_bytes())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
