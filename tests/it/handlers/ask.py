"""Asks a project what the claims about it say, under the test client of its framework.

The module named first makes the client: its `seed` puts the rows there anew, its `send` sends one
request and gives the status, the text of the body, and the exceptions that left the handler.
"""

import importlib
import json
import os
import sys

module, folder, claims = sys.argv[1:]
os.chdir(folder)
sys.path.insert(0, folder)
project = importlib.import_module(module)


def ask(claim, line):
    project.seed()
    method, path = line.split(" ", 1)
    status, body, raised = project.send(method, path, claim["json"], claim["form"])
    return {"status": status, "body": body, "raised": raised}


answers = [
    [ask(claim, claim["works"]), ask(claim, claim["request"])]
    for claim in json.loads(claims)
]
json.dump(answers, sys.stdout)
