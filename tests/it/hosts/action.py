"""Runs the steps of a composite action as GitHub's runner would: one shell each, inputs as given."""

import os
import re
import subprocess
import sys

from ruamel.yaml import YAML

path, *given = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    action = YAML(typ="safe").load(file)
inputs = {name: entry.get("default", "") for name, entry in action["inputs"].items()}
inputs.update(pair.split("=", 1) for pair in given)


def filled(text):
    return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], str(text))


for step in action["runs"]["steps"]:
    variables = {name: filled(value) for name, value in step.get("env", {}).items()}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    status = subprocess.run(shell, env={**os.environ, **variables}, check=False).returncode
    if status:
        sys.exit(status)
