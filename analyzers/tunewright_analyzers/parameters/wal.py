"""The share of full-page images in the WAL, and its rate. In comes Throughput; called by the rules of checkpoints and WAL."""

from dataclasses import dataclass

from tunewright_analyzers.facts.databases import Throughput

PAGE_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Wal:
    """Bytes a second, and the share (0 to 1) that full-page images can be of it at most: an image leaves the hole in its page out."""

    bytes_per_second: float
    image_ratio: float


def wal_of(section: Throughput) -> Wal | None:
    """None where the server does not count WAL (before 14, Aurora) or wrote none."""
    if not section.wal_bytes or section.wal_full_page_images is None:
        return None
    images = section.wal_full_page_images * PAGE_BYTES
    return Wal(section.wal_bytes / section.period.seconds, min(1.0, images / section.wal_bytes))
