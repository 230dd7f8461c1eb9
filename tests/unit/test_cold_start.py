"""A cold instance loads few modules before its first answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import waiting

ROOT = Path(__file__).parents[2]
MESH = {
    "FramesStorage": "UseDevelopmentStorage=true",
    "AzureSignalRConnectionString": "Endpoint=http://127.0.0.1:8888;AccessKey=k;Version=1.0;",
    "TICKET_KEY": "k" * 32,
}
AZURE = {
    "FramesStorage": "",
    "FramesStorage__blobServiceUri": "https://account.blob.core.windows.net",
    "FramesStorage__queueServiceUri": "https://account.queue.core.windows.net",
    "FramesStorage__clientId": "11111111-2222-3333-4444-555555555555",
    "FACE_READER": "azure",
    "AZURE_FACE_ENDPOINT": "https://face.example.org",
    "VIDEO_PROVIDER": "opentok",
    "OPENTOK_API_KEY": "46000000",
    "OPENTOK_API_SECRET": "0123456789abcdef0123456789abcdef01234567",
}


@pytest.mark.parametrize(
    ("settings", "unwanted"),
    [
        (MESH, {"onnxruntime", "numpy", "PIL", "opentok", "azure.identity", "msal"}),
        (MESH | AZURE, {"onnxruntime", "numpy", "PIL"}),
    ],
    ids=["mesh", "Azure"],
)
def test_only_what_the_settings_choose_is_loaded(
    settings: dict[str, str], unwanted: set[str]
) -> None:
    """HTTP functions import no library of a model or of an unused provider."""
    found = subprocess.run(
        [sys.executable, "-c", "import sys, function_app; print(*sys.modules)"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
        timeout=waiting.PATIENCE,
    ).stdout.split()
    assert not unwanted & set(found)
