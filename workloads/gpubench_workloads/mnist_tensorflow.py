"""The seed network's training step in TensorFlow: written out, and as Keras has it. A mode compiles the whole step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gpubench.workload import Arrays, Inputs, Step
from gpubench_workloads.mnist_network import BETA_1, BETA_2, EPSILON, EPSILON_HAT, RATE, SHAPES, facts, loss_scale

if TYPE_CHECKING:
    from gpubench.backends.tensorflow.session import TensorflowSession
    from gpubench_workloads.mnist_cnn_train import MnistCnnTrain


def tensorflow_step(params: MnistCnnTrain, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """The step in the style that is asked for."""
    styles = {"raw": _raw_step, "keras": _keras_step}
    return styles[params.style](inputs, session)


def _raw_step(inputs: Inputs, session: TensorflowSession) -> Step:
    """Operations and a tape, with the optimiser that comes with TensorFlow."""
    import tensorflow as tf

    weights = [session.weight(inputs.weights[name]) for name in SHAPES]
    adam = _adam(session)
    adam.build(weights)

    def forward(images: Any, labels: Any) -> Any:
        kernel_1, bias_1, kernel_2, bias_2, dense, dense_bias = map(session.narrow, weights)
        active = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(images, kernel_1, 1, "VALID"), bias_1))
        pooled = tf.nn.max_pool2d(active, 2, 2, "VALID")
        active = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(pooled, kernel_2, 1, "VALID"), bias_2))
        pooled = tf.nn.max_pool2d(active, 2, 2, "VALID")
        logits = tf.nn.bias_add(tf.matmul(tf.reshape(pooled, (-1, 1600)), dense), dense_bias)
        return tf.reduce_mean(_cross_entropy(labels, session.widen(logits)))

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = forward(images, labels)
            scaled = adam.scale_loss(loss)
        adam.apply(tape.gradient(scaled, weights), weights)
        return loss

    def observe(loss: Any) -> Arrays:
        found = {name: session.fetch(weight) for name, weight in zip(SHAPES, weights, strict=True)}
        return {"loss": session.fetch(loss), **found}

    def state() -> list[Any]:
        return [*weights, *(variable.value for variable in adam.variables)]

    told = facts(EPSILON_HAT, session.precision, returns="the loss on the device")
    return Step(session.compile(step), (inputs.data["images"], inputs.data["labels"]), observe, state, told)


def _cross_entropy(labels: Any, logits: Any) -> Any:
    """Of each image. TensorFlow's operation on labels has no float64 kernel for GPUs; the one on classes has."""
    import tensorflow as tf

    if logits.dtype == tf.float64:
        return tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(labels, 10, dtype=logits.dtype), logits)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def _keras_step(inputs: Inputs, session: TensorflowSession) -> Step:
    """`train_on_batch` of a compiled model, which brings the loss to the host as a float."""
    model = _keras_model(session)
    model.set_weights([inputs.weights[name] for name in SHAPES])
    adam = _adam(session)
    adam.build(model.trainable_variables)
    # auto_scale_loss would wrap Adam, in float16, into a scaler that adapts and skips steps.
    model.compile(adam, _keras_loss(session), auto_scale_loss=False, **session.keras_compile)

    def observe(loss: Any) -> Arrays:
        model.reset_metrics()  # up to Keras 3.10 train_on_batch returns the mean of all steps since then
        variables = zip(SHAPES, model.trainable_variables, strict=True)
        return {"loss": session.fetch(loss), **{name: session.fetch(variable.value) for name, variable in variables}}

    def state() -> list[Any]:
        return [variable.value for variable in (*model.variables, *adam.variables, *model.metrics_variables)]

    told = facts(EPSILON_HAT, session.precision, returns="the loss on the host")
    return Step(model.train_on_batch, (inputs.data["images"], inputs.data["labels"]), observe, state, told)


def _keras_model(session: TensorflowSession) -> Any:
    """Logits, not probabilities: the loss then holds the softmax, as it does in the other styles."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1), dtype=session.compute.name),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
            layers.Activation("linear", dtype=session.weights.name),
        ]
    )


def _keras_loss(session: TensorflowSession) -> Any:
    """Keras's own, but in float64, where it is the operation that has no kernel for GPUs."""
    import keras
    import tensorflow as tf

    def losses(labels: Any, logits: Any) -> Any:
        return _cross_entropy(tf.cast(tf.reshape(labels, (-1,)), tf.int64), logits)

    return losses if session.weights == tf.float64 else keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _adam(session: TensorflowSession) -> Any:
    import keras

    scale = loss_scale(session.precision)
    return keras.optimizers.Adam(RATE, BETA_1, BETA_2, EPSILON, loss_scale_factor=None if scale == 1 else scale)
