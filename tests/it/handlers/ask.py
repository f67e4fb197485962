"""Asks a project what the claims about it say, under the test client of its framework.

The module named first makes the client: its `seed` puts the rows there anew, its `arrange` makes
others fail as a claim says, its `send` sends one request and gives the status, the text of the body,
and the exceptions that left the handler; its `seen` says what happened besides.
"""

import importlib
import json
import os
import sys

module, folder, claims = sys.argv[1:]
os.chdir(folder)
sys.path.insert(0, folder)
project = importlib.import_module(module)


def ask(line, body, form, peer=None, refused=None):
    project.seed()
    if peer or refused:
        project.arrange(peer, refused)
    method, path = line.split(" ", 1)
    status, text, raised = project.send(method, path, body, form)
    seen = project.seen() if hasattr(project, "seen") else []
    return {"status": status, "raised": raised, "seen": [text, *seen]}


def of(claim):
    form = claim["form"]
    works = ask(claim["works"], claim["works_json"] or claim["json"], form)
    fails = ask(claim["request"], claim["json"], form, claim["peer"], claim["refused"])
    return [works, fails]


json.dump([of(claim) for claim in json.loads(claims)], sys.stdout)
