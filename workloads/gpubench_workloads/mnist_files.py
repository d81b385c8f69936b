"""MNIST from files that the user has: idx files, gzipped or not, or `mnist.npz`. Nothing is downloaded.

The idx format is described at http://yann.lecun.com/exdb/mnist: big-endian, a magic number (2051 for images, 2049 for
labels), the length of each axis in 32 bits, then a byte a value. `mnist.npz` is what Keras keeps: arrays `x_train`,
`y_train`, `x_test`, `y_test`. Keras's own loader is not used: it deletes a file whose hash it does not know and then
tries the network.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from gpubench.errors import UsageError
from gpubench.workload import Array

_IMAGES_MAGIC, _LABELS_MAGIC = 2051, 2049
_HINT = (
    "--data-dir takes a folder with train-images-idx3-ubyte and train-labels-idx1-ubyte (or t10k-…; .gz or not), "
    "a folder with mnist.npz, that file itself, or the word keras"
)


@dataclass(frozen=True, eq=False)
class Mnist:
    """images: uint8 (count, 28, 28). labels: uint8 (count,), 0 to 9. source: the file of the images."""

    images: Array
    labels: Array
    source: Path

    @cached_property
    def name(self) -> str:
        """`mnist:` and the first 8 hexadecimal digits of the SHA-256 of the images' and then the labels' bytes."""
        digest = hashlib.sha256(self.images.tobytes())
        digest.update(self.labels.tobytes())
        return f"mnist:{digest.hexdigest()[:8]}"


def read(place: str) -> Mnist:
    """The training set at `place`, or the test set where that is all there is.

    place: a folder, an npz file, or `keras` for Keras's cache (`$KERAS_HOME/datasets/mnist.npz`, ~/.keras by default).
    A file that was read before and has not changed is not read again.
    Raises UsageError where nothing usable lies there.
    """
    files = _files(place)
    return _load(*((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=2)
def _load(*stamped: tuple[Path, int, int]) -> Mnist:
    files = [file for file, _, _ in stamped]
    images, labels = _read_npz(files[0]) if len(files) == 1 else _read_idx_pair(*files)
    source = files[0]
    if images.shape[1:] != (28, 28):
        raise UsageError(f"{source}: its images are {images.shape[1:]}, not 28 x 28", _HINT)
    if len(images) != len(labels) or len(images) == 0:
        raise UsageError(f"{source}: {len(images)} images and {len(labels)} labels; both must be as many", _HINT)
    if labels.min() < 0 or labels.max() > 9:
        raise UsageError(f"{files[-1]}: labels from {labels.min()} to {labels.max()}; MNIST's are 0 to 9", _HINT)
    return Mnist(images, labels.astype(np.uint8), source)


def _files(place: str) -> tuple[Path, ...]:
    """One npz file, or an idx file of images and one of labels."""
    if place == "keras":
        home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
        cache = home / "datasets" / "mnist.npz"
        if not cache.is_file():
            fill = 'python -c "import keras; keras.datasets.mnist.load_data()"'
            raise UsageError(f"--data-dir keras: there is no {cache}", f"fill Keras's cache: {fill}")
        return (cache,)
    path = Path(place).expanduser()
    if path.is_file():
        if path.suffix != ".npz":
            raise UsageError(f"--data-dir {place} is a file, but no .npz", "name the folder that it lies in")
        return (path,)
    if not path.is_dir():
        raise UsageError(f"--data-dir {place}: there is no such folder or file", _HINT)
    npz = path / "mnist.npz"
    found = _idx_pair(path, "train") or ((npz,) if npz.is_file() else _idx_pair(path, "t10k"))
    if not found:
        raise UsageError(f"{path} holds no MNIST files", _HINT)
    return found


def _idx_pair(folder: Path, part: str) -> tuple[Path, ...]:
    """The images and the labels of a part, empty where there are no images. Raises UsageError for missing labels."""
    images, labels = _idx_file(folder, f"{part}-images", 3), _idx_file(folder, f"{part}-labels", 1)
    if images is None:
        return ()
    if labels is None:
        raise UsageError(f"{images} has no labels beside it", f"put {part}-labels-idx1-ubyte or its .gz into {folder}")
    return images, labels


def _idx_file(folder: Path, stem: str, axes: int) -> Path | None:
    names = (f"{stem}{joint}idx{axes}-ubyte{suffix}" for joint in "-." for suffix in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read_idx_pair(images: Path, labels: Path) -> tuple[Array, Array]:
    return _read_idx(images, _IMAGES_MAGIC, 3), _read_idx(labels, _LABELS_MAGIC, 1)


def _read_idx(file: Path, magic: int, axes: int) -> Array:
    content = _content(file)
    header = np.frombuffer(content[: 4 + 4 * axes].ljust(4 + 4 * axes, b"\0"), dtype=">u4")
    if header[0] != magic:
        raise UsageError(f"{file}: its magic number is {header[0]}, not {magic}: no idx file of this kind", _HINT)
    shape = tuple(int(length) for length in header[1:])
    values = np.frombuffer(content, dtype=np.uint8, offset=min(header.nbytes, len(content)))
    if values.size != math.prod(shape):
        wanted = " x ".join(map(str, shape))
        raise UsageError(f"{file} holds {values.size} values where its header says {wanted}", "fetch the file again")
    return values.reshape(shape)


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{file} can't be read: {error}", "fetch the file again") from error


def _read_npz(file: Path) -> tuple[Array, Array]:
    try:
        # Without pickle, since an array of objects may run any code while it is loaded. And of a file that is open
        # already: NumPy leaves its own open where it finds no archive.
        with file.open("rb") as content, np.load(content, allow_pickle=False) as archive:
            images = next((name for name in ("x_train", "x_test") if name in archive), None)
            if images is None:
                raise ValueError(f"it has {', '.join(archive) or 'no arrays'} where x_train and y_train are wanted")
            found = archive[images], archive[images.replace("x", "y")]
    except (OSError, EOFError, KeyError, TypeError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise UsageError(f"{file} can't be read: {error}", _HINT) from error
    if found[0].dtype != np.uint8 or found[0].ndim != 3 or found[1].dtype.kind not in "iu" or found[1].ndim != 1:
        kinds = " and ".join(f"{array.dtype} {array.shape}" for array in found)
        raise UsageError(f"{file} holds {kinds}; images are uint8 (count, 28, 28), labels integers (count,)", _HINT)
    return found
