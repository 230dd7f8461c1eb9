"""Neural networks on the CPU: ONNX files run by onnxruntime, one thread for each call."""

from __future__ import annotations

from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]


def load(path: Path) -> onnxruntime.InferenceSession:
    """A network any number of threads may run at once.

    Each call stays on its caller's thread, so frames read at once do not fight for cores.

    Raises:
        onnxruntime errors: the file is missing or no ONNX network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; its warnings are about hardware we do not ask for
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
