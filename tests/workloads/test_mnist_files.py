from __future__ import annotations

import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from gpubench.errors import UsageError
from gpubench_workloads.mnist_files import read

COUNT = 12


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(256, size=(COUNT, 28, 28), dtype=np.uint8)


@pytest.fixture
def labels():
    return np.random.default_rng(1).integers(10, size=COUNT, dtype=np.uint8)


def idx(array, magic=None):
    """The bytes of an idx file."""
    number = {3: 2051, 1: 2049}[array.ndim] if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", number, *array.shape) + array.tobytes()


@pytest.fixture
def write(tmp_path, images, labels):
    """Writes a pair of idx files, some of it otherwise, and returns their folder."""

    right = {"images": idx(images), "labels": idx(labels)}

    def make(part="train", joint="-", suffix="", **other):
        contents = {**right, **other}
        pack = gzip.compress if suffix == ".gz" else bytes
        for kind, axes in (("images", 3), ("labels", 1)):
            if contents[kind] is not None:
                (tmp_path / f"{part}-{kind}{joint}idx{axes}-ubyte{suffix}").write_bytes(pack(contents[kind]))
        return str(tmp_path)

    return make


@pytest.mark.parametrize("part", ["train", "t10k"])
@pytest.mark.parametrize("joint", ["-", "."])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_are_read_as_they_are_commonly_called(part, joint, suffix, write, images, labels):
    mnist = read(write(part, joint, suffix))
    np.testing.assert_array_equal(mnist.images, images)
    np.testing.assert_array_equal(mnist.labels, labels)


def test_a_file_that_was_unpacked_and_kept_its_name_is_read(write, images):
    folder = Path(write(suffix=".gz"))
    for file in folder.iterdir():
        file.write_bytes(gzip.decompress(file.read_bytes()))
    np.testing.assert_array_equal(read(str(folder)).images, images)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("kind", [np.uint8, np.int64])
def test_an_npz_file_is_read_by_its_folder_and_by_its_name(part, kind, tmp_path, images, labels):
    np.savez(tmp_path / "mnist.npz", **{f"x_{part}": images, f"y_{part}": labels.astype(kind)})
    for place in (tmp_path, tmp_path / "mnist.npz"):
        mnist = read(str(place))
        np.testing.assert_array_equal(mnist.images, images)
        np.testing.assert_array_equal(mnist.labels, labels)


def test_the_training_set_comes_before_the_test_set(write, images, labels, tmp_path):
    write("t10k", images=idx(images[:3]), labels=idx(labels[:3]))
    assert len(read(str(tmp_path)).images) == 3
    np.savez(tmp_path / "mnist.npz", x_train=images[:5], y_train=labels[:5], x_test=images[:4], y_test=labels[:4])
    assert len(read(str(tmp_path)).images) == 5
    write("train")
    assert len(read(str(tmp_path)).images) == COUNT


def test_the_same_data_has_the_same_name_in_every_format(write, images, labels, tmp_path):
    np.savez(tmp_path / "other.npz", x_train=images, y_train=labels.astype(np.int64))
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    assert read(write(suffix=".gz")).name == read(str(tmp_path / "other.npz")).name == f"mnist:{digest[:8]}"


def test_files_that_changed_are_read_again(write, labels):
    before = read(write()).name
    folder = write(labels=idx(np.roll(labels, 1)))
    os.utime(f"{folder}/train-labels-idx1-ubyte", ns=(1, 1))  # whatever the clock of the file system
    assert read(folder).name != before


def test_files_that_did_not_change_are_read_once(write):
    folder = write()
    assert read(folder) is read(folder)


def test_the_word_keras_means_keras_s_cache(tmp_path, images, labels, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", x_train=images, y_train=labels)
    assert len(read("keras").images) == COUNT


def test_keras_s_cache_lies_in_the_home_folder_where_nothing_says_otherwise(tmp_path, images, labels, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".keras" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / ".keras" / "datasets" / "mnist.npz", x_train=images, y_train=labels)
    assert len(read("keras").images) == COUNT
    (tmp_path / "mine").mkdir()
    np.savez(tmp_path / "mine" / "mnist.npz", x_train=images[:2], y_train=labels[:2])
    assert len(read("~/mine").images) == 2


def test_an_empty_cache_says_how_to_fill_it(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(UsageError, match=r"there is no .*datasets/mnist\.npz") as error:
        read("keras")
    assert "load_data" in error.value.hint


def test_real_files_are_read(mnist):
    found = read(str(mnist))
    assert len(found.images) in (10_000, 60_000)
    assert 0.1 < (found.images > 127).mean() < 0.2
    assert np.bincount(found.labels).min() > len(found.labels) / 15


def refused(place, says):
    with pytest.raises(UsageError, match=says) as error:
        read(str(place))
    assert str(place).split("/")[-1] in error.value.message
    assert error.value.hint
    assert error.value.exit_code == 2


def test_a_place_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "nowhere", "no such folder or file")


def test_a_folder_without_files_is_refused(tmp_path):
    refused(tmp_path, "holds no MNIST files")


def test_a_file_of_another_kind_is_refused(write):
    refused(Path(write()) / "train-images-idx3-ubyte", r"no \.npz")


def test_images_without_labels_are_refused_rather_than_the_test_set_taken(write):
    write("t10k")
    refused(write("train", labels=None), "no labels beside it")


def test_a_wrong_magic_number_is_refused(write, images, labels):
    refused(write(images=idx(images, 2049)), "magic number is 2049, not 2051")
    refused(write(labels=idx(labels, 2051)), "magic number is 2051, not 2049")


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", b"<html>not found</html>"])
def test_a_file_without_a_header_is_refused(content, write):
    refused(write(images=content), "magic number")


@pytest.mark.parametrize("by", [-1, -784, 1])
def test_a_file_that_is_too_short_or_too_long_is_refused(by, write, images):
    content = idx(images)
    refused(write(images=content[:by] if by < 0 else content + b"\0"), r"holds \d+ values .* 12 x 28 x 28")


@pytest.mark.parametrize("cut", [5, 100, -9, -1])
def test_a_truncated_gzip_file_is_refused(cut, write):
    folder = Path(write(suffix=".gz"))
    file = folder / "train-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:cut])
    refused(folder, "can't be read")


def test_a_damaged_gzip_file_is_refused(write):
    folder = Path(write(suffix=".gz"))
    file = folder / "train-images-idx3-ubyte.gz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    refused(folder, "can't be read")


def test_counts_that_do_not_match_are_refused(write, images, labels):
    refused(write(labels=idx(labels[:-1])), "12 images and 11 labels")
    refused(write(images=idx(images[:0]), labels=idx(labels[:0])), "0 images and 0 labels")


def test_labels_out_of_range_are_refused(write, labels):
    refused(
        write(labels=idx(np.where(labels == labels.max(), 10, labels).astype(np.uint8))), "to 10; MNIST's are 0 to 9"
    )


def test_images_of_another_size_are_refused(write, images):
    refused(write(images=idx(images[:, :27])), r"\(27, 28\), not 28 x 28")


def npz(folder, **arrays):
    np.savez(folder / "mnist.npz", **arrays)
    return folder


def test_arrays_of_objects_are_refused_and_not_unpickled(tmp_path, labels):
    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('it went off')",))

    objects = np.array([Bomb()] * COUNT, dtype=object)
    refused(npz(tmp_path, x_train=objects, y_train=labels), "can't be read: Object arrays")


def test_an_npz_file_with_other_arrays_is_refused(tmp_path, images, labels):
    refused(npz(tmp_path, images=images, labels=labels), "it has images, labels where x_train")


def test_an_npz_file_without_labels_is_refused(tmp_path, images):
    refused(npz(tmp_path, x_train=images), "y_train")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda images, labels: (images / 255, labels), "holds float64"),
        (lambda images, labels: (images, labels.astype(float)), "and float64"),
        (lambda images, labels: (images.reshape(COUNT, 784), labels), "784"),
        (lambda images, labels: (images, np.eye(10)[labels].astype(int)), r"\(12, 10\)"),
        (lambda images, labels: (images, labels.astype(int) - 1), "labels from -1"),
    ],
)
def test_an_npz_file_with_arrays_of_another_kind_is_refused(change, says, tmp_path, images, labels):
    labels[0] = 0
    changed = change(images, labels)
    refused(npz(tmp_path, x_train=changed[0], y_train=changed[1]), says)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_npz_archive_is_refused(content, tmp_path):
    (tmp_path / "mnist.npz").write_bytes(content)
    refused(tmp_path / "mnist.npz", "can't be read")


def test_a_single_array_under_the_name_of_an_archive_is_refused(tmp_path, images):
    with (tmp_path / "mnist.npz").open("wb") as file:
        np.save(file, images)
    refused(tmp_path / "mnist.npz", "can't be read")


def test_a_truncated_npz_file_is_refused(tmp_path, images, labels):
    np.savez_compressed(tmp_path / "mnist.npz", x_train=images, y_train=labels)
    content = bytearray((tmp_path / "mnist.npz").read_bytes())
    content[200:300] = bytes(100)
    (tmp_path / "mnist.npz").write_bytes(content)
    refused(tmp_path / "mnist.npz", "can't be read")
