"""Neural networks on the CPU: ONNX files run by onnxruntime, one thread for each call."""

from __future__ import annotations

from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]


def load(path: Path) -> onnxruntime.InferenceSession:
    """A network that any number of threads may run at the same time.

    Each call stays on its caller's thread, so frames that are read at once share the cores.

    Raises:
        onnxruntime errors: the file is missing, or is not an ONNX network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only; its warnings are about hardware we do not use
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
