"""How large InnoDB's buffer pool may be. In come the memory and the other parts of the sum, out goes a size."""

from tunewright_analyzers.parameters.mysql_memory import MemorySum

_CHUNK = 128 * 1024**2
"""innodb_buffer_pool_chunk_size: sizes are rounded down to whole ones."""
_SMALL = 4 * 1024**3


def advised_pool(memory_bytes: float, now_bytes: float, parts: MemorySum | None) -> int | None:
    """Half of a memory up to 4 GB, three quarters of a larger one, less what the sum's other parts need beyond the rest.

    None where that is not at least a tenth more than now.
    """
    share = memory_bytes * (0.5 if memory_bytes <= _SMALL else 0.75)
    if parts is not None:
        share = min(share, memory_bytes * 0.95 - (parts.total_bytes - parts.pool_bytes))
    wanted = int(share // _CHUNK * _CHUNK)
    return wanted if wanted >= 1.1 * now_bytes else None
