"""The twin's relation files: as long as production's, and empty.

The planner takes block counts from the length of the file and a B-tree's height from its metapage. So files are extended sparsely
(no disk is used), and an index gets a metapage that tells its height with a chain of empty pages below it, so that the planner's
probes for the smallest and largest key find an empty leaf instead of a broken page. Page layout: bufpage.h, nbtree.h (version 4).
"""

import os
import struct
from pathlib import Path

PAGE = 8192
SEGMENT_PAGES = 131_072
"""Blocks of one file: PostgreSQL cuts relations into files of 1 GB."""
_SPECIAL = PAGE - 16
_META_ROOT = 24 + 8
"""Offset of btm_root, btm_level, btm_fastroot, btm_fastlevel in the metapage, four bytes each."""
_LEAF, _ROOT = 1, 2


def set_length(path: Path, pages: int) -> None:
    """Make the relation `pages` blocks long, in segments of 1 GB that belong to the owner of the first one."""
    owner = path.stat()
    number = 0
    while True:
        segment = path if number == 0 else path.with_name(f"{path.name}.{number}")
        length = min(pages, SEGMENT_PAGES)
        if number and not segment.exists():
            segment.touch(mode=0o600)
            if os.geteuid() == 0:
                os.chown(segment, owner.st_uid, owner.st_gid)
        os.truncate(segment, length * PAGE)
        pages -= length
        number += 1
        if pages <= 0:
            return


def first_segment_pages(path: Path) -> int:
    """Blocks in the first file of the relation."""
    return path.stat().st_size // PAGE


def _page(level: int, is_root: bool, child: int | None) -> bytes:
    """A B-tree page without keys: a leaf, or an inner page with the one downlink that stands for minus infinity."""
    page = bytearray(PAGE)
    lower, upper = 24, _SPECIAL
    if child is not None:
        upper = _SPECIAL - 8
        struct.pack_into("<I", page, 24, upper | 1 << 15 | 8 << 17)
        struct.pack_into("<HHHH", page, upper, child >> 16, child & 0xFFFF, 0, 8 | 0x2000)
        lower = 28
    struct.pack_into("<HHHHHH", page, 8, 0, 0, lower, upper, _SPECIAL, PAGE | 4)
    flags = (_LEAF if level == 0 else 0) | (_ROOT if is_root else 0)
    struct.pack_into("<IIIHH", page, _SPECIAL, 0, 0, level, flags, 0)
    return bytes(page)


def set_btree(path: Path, pages: int, height: int) -> None:
    """Make an empty, closed-over B-tree look `pages` long and `height` levels high. The server must not have its metapage in a buffer."""
    set_length(path, max(pages, height + 2))
    with path.open("r+b") as file:
        file.seek(_META_ROOT)
        file.write(struct.pack("<IIII", 1, height, 1, height))
        for level in range(height, -1, -1):
            block = 1 + height - level
            file.seek(block * PAGE)
            file.write(_page(level, level == height, block + 1 if level else None))
