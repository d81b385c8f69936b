"""Training on the user's own files: what is drawn of them, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench.errors import UsageError
from gpubench_workloads import mnist_files
from gpubench_workloads.mnist_cnn_train import MnistCnnTrain, mnist_cnn_train, recipe, with_data

SMOKE = mnist_cnn_train.sizes["smoke"]


@pytest.fixture
def files(tmp_path):
    """A folder with 20 made-up images."""
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "mnist.npz",
        x_train=rng.integers(256, size=(20, 28, 28), dtype=np.uint8),
        y_train=rng.integers(10, size=20, dtype=np.uint8),
    )
    return str(tmp_path)


def test_the_user_s_data_names_itself_in_the_identity(files):
    bound = with_data(SMOKE, files)
    assert bound.dataset == mnist_files.read(files).name
    assert bound.data_dir == files
    assert mnist_cnn_train.identity(bound) == {
        "batch": 8, "style": "raw", "layout": "native", "dataset": bound.dataset,
    }  # fmt: skip


def test_the_user_s_images_are_drawn_once_each_with_pixels_from_0_to_1(files):
    mnist = mnist_files.read(files)
    data = with_data(MnistCnnTrain(20), files).inputs(np.random.default_rng(0)).data
    assert data["images"].shape == (20, 28, 28, 1)
    assert (data["images"].min(), data["images"].max()) == (0, 1)
    drawn = {image.tobytes(): label for image, label in zip(data["images"][..., 0] * 255, data["labels"], strict=True)}
    given = {image.astype(float).tobytes(): label for image, label in zip(mnist.images, mnist.labels, strict=True)}
    assert {bytes_: int(label) for bytes_, label in drawn.items()} == {
        bytes_: int(label) for bytes_, label in given.items()
    }


def test_a_batch_larger_than_the_user_s_data_is_refused(files):
    with pytest.raises(UsageError, match=r"batch=21 is more than the 20 images of .*mnist\.npz") as error:
        with_data(MnistCnnTrain(21), files)
    assert "--size" in error.value.hint


def test_other_data_than_the_cell_was_planned_with_is_refused(files):
    with pytest.raises(UsageError, match="not mnist:00000000"):
        with_data(MnistCnnTrain(8, dataset="mnist:00000000"), files)
    planned = with_data(SMOKE, files)
    assert with_data(replace(planned, data_dir=""), files) == planned


def test_data_of_the_user_s_without_a_place_is_refused():
    with pytest.raises(UsageError, match="needs its files") as error:
        MnistCnnTrain(8, dataset="mnist:00000000").inputs(np.random.default_rng(0))
    assert "--data-dir" in error.value.hint


def test_the_recipe_needs_none_of_the_user_s_data(files):
    twin = recipe(replace(with_data(MnistCnnTrain(16), files), style="keras"))
    assert twin == MnistCnnTrain(8, "keras")
    assert twin.data_dir == ""
