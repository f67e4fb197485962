"""Pastes the help of findings into the files of a project, where a reader would.

A guard goes in front of the statement that the finding underlines, an `except` around it or in
front of the clause there, and a statement takes its place.
"""

import ast
import json
import sys
import textwrap
from pathlib import Path


def innermost(source, line):
    """The statement or clause at the line."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.stmt, ast.ExceptHandler))
        and node.lineno <= line <= node.end_lineno
    ]
    return max(around, key=lambda node: (node.lineno, node.col_offset))


def pasted(source, line, code):
    node = innermost(source, line)
    lines = source.splitlines()
    indent = " " * node.col_offset
    old = lines[node.lineno - 1 : node.end_lineno]
    new = textwrap.indent(textwrap.dedent(code), indent).splitlines()
    if code.lstrip().startswith("if ") or isinstance(node, ast.ExceptHandler):
        new = new + old
    elif code.lstrip().startswith("except "):
        new = [indent + "try:", *(f"    {line}" for line in old), *new]
    lines[node.lineno - 1 : node.end_lineno] = new
    return "\n".join(lines) + "\n"


folder = Path(sys.argv[1])
pastes = json.loads(sys.argv[2])
# From the end, so that the lines of the others stay where they are.
for paste in sorted(pastes, key=lambda paste: -paste["line"]):
    path = folder / paste["path"]
    path.write_text(pasted(path.read_text(), paste["line"], paste["code"]))
for paste in pastes:
    path = folder / paste["path"]
    path.write_text("".join(f"{line}\n" for line in paste["imports"]) + path.read_text())
