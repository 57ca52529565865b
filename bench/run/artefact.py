"""Values on disk, which other processes read without copying them."""

from __future__ import annotations

import mmap
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from bench.record.disk import named

_ALIGNED = 64  # bytes; what vector instructions like, and more than any dtype asks for


def write(value: object, path: Path) -> None:
    """Write ``value`` so that `read` can give its arrays back as views of the file.

    The arrays of numpy, scipy, pandas and Arrow leave a pickle as buffers of their own (protocol 5, PEP 574); they
    stand behind it, each at an aligned place.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    sizes = np.array([len(views), len(body), *(view.nbytes for view in views)], dtype="<i8")
    with named(path), path.open("wb") as file:
        file.write(sizes.tobytes())
        file.write(body)
        for view in views:
            file.write(bytes(-file.tell() % _ALIGNED))
            file.write(view)


def read(path: Path) -> Any:
    """Return what `write` wrote: its arrays are views of the file, which may be deleted meanwhile.

    Whoever writes to one changes a page of its own: some libraries refuse arrays that cannot be written to.
    """
    with path.open("rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    count = int.from_bytes(content[:8], "little")
    body, *lengths = (int(size) for size in np.frombuffer(content[8 : 8 * (count + 2)], dtype="<i8"))
    start = 8 * (count + 2)
    end = start + body
    buffers = []
    for length in lengths:
        begin = end + -end % _ALIGNED
        end = begin + length
        buffers.append(content[begin:end])
    return pickle.loads(content[start : start + body], buffers=buffers)
