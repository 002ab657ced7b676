"""Writes the files beside it with numpy, for tests/unit/test_io.c: python3 make.py (numpy 2).

Each array holds 0, 1, 2, ... in its type (bools: 0, 1, 0, ...; signed types less 3; floats in halves), so
the tests know the values without a second reader.
"""
import gzip
import os
import struct
import zipfile

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(here, name)


def ramp(dtype, shape):
    count = int(np.prod(shape))
    base = np.arange(count)
    kind = np.dtype(dtype).kind
    if kind == "b":
        base = base % 2
    elif kind == "i":
        base = base - 3
    elif kind == "f":
        base = base / 2 - 1
    return base.astype(dtype).reshape(shape)


for dtype in ["?", "u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8",
              ">u2", ">i2", ">u4", ">i4", ">u8", ">i8", ">f2", ">f4", ">f8"]:
    name = dtype.replace("?", "bool").replace("<", "").replace(">", "big-")
    np.save(path(name + ".npy"), ramp(dtype, (2, 3)))
np.save(path("columns.npy"), np.asfortranarray(ramp("<f8", (2, 3, 4))))
np.save(path("columns-big.npy"), np.asfortranarray(ramp(">i4", (3, 5))))
np.save(path("scalar.npy"), ramp("<f8", ()))
np.save(path("vector.npy"), ramp("<f8", (5,)))
np.save(path("empty.npy"), ramp("<f4", (0, 3)))
np.save(path("deep.npy"), ramp("u1", (1,) * 32))
with open(path("version2.npy"), "wb") as f:
    np.lib.format.write_array(f, ramp("<f4", (2, 2)), version=(2, 0))
with open(path("version3.npy"), "wb") as f:
    np.lib.format.write_array(f, ramp("<f4", (2, 2)), version=(3, 0))
np.save(path("object.npy"), np.array([{}, []], dtype=object), allow_pickle=True)
np.save(path("complex.npy"), ramp("<f8", (2,)).astype("<c16"))
np.save(path("text.npy"), np.array(["a", "bc"]))
np.save(path("record.npy"), np.zeros(2, dtype=[("x", "<f8"), ("y", "<i4")]))

os.environ["SOURCE_DATE_EPOCH"] = "315532800"
arrays = {"x": ramp("<f8", (2, 3)), "y": ramp("<i8", (4,)), "a-b": ramp("u1", (2, 2)), "a": ramp("?", (3,))}
np.savez(path("stored.npz"), **arrays)
np.savez_compressed(path("packed.npz"), **arrays)


class Pipe:  # no seeking: sizes follow the data
    def __init__(self, name):
        self.file = open(name, "wb")

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


for name, method in [("piped-stored.npz", zipfile.ZIP_STORED), ("piped-packed.npz", zipfile.ZIP_DEFLATED)]:
    with zipfile.ZipFile(Pipe(path(name)), "w", method) as z:
        for key, value in arrays.items():
            entry = zipfile.ZipInfo(key + ".npy")
            entry.compress_type = method
            with z.open(entry, "w") as f:
                np.lib.format.write_array(f, value)


def idx(name, code, dtype, shape):
    head = struct.pack(">BBBB", 0, 0, code, len(shape)) + b"".join(struct.pack(">I", n) for n in shape)
    body = head + ramp(dtype, shape).tobytes()
    with open(path(name), "wb") as f:
        f.write(gzip.compress(body, mtime=0) if name.endswith(".gz") else body)


idx("train-images-idx3-ubyte", 8, "u1", (2, 3, 4))
idx("train-labels-idx1-ubyte.gz", 8, "u1", (10,))
for code, dtype in [(9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]:
    idx("type%d.idx" % code, code, dtype, (2, 3))
