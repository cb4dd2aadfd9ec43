"""Runs the notebook of docs/: `python -m tests.notebooks` does so in place, against a service that runs."""

from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "recipes.ipynb"


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells in a folder with this interpreter, whatever kernels the machine has, and keep no times."""
    kernels = KernelSpecManager(kernel_dirs=[])
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, resources=resources, timeout=120, record_timing=False)
    client.execute(cleanup_kc=True)
    # The version of Python, which it adds, is that of one machine.
    notebook.metadata["language_info"] = {"name": "python"}


if __name__ == "__main__":
    recipes = nbformat.read(NOTEBOOK, as_version=4)
    execute(recipes, NOTEBOOK.parent)
    nbformat.write(recipes, NOTEBOOK)
