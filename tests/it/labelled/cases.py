"""Prints as JSON what other scanners' own tests call a secret and what they call none.

    python3 cases.py folder...

Each folder is a checkout of gitleaks (the true and false positives of its rules, read from its Go
sources: literals as they stand, what they generate made by the same formats), of detect-secrets
(the cases of its keyword plugin) or of Nosey Parker (the examples of its rules; needs PyYAML).
"""

import ast
import base64
import json
import random
import re
import sys
from pathlib import Path

try:
    from re import _parser as sre
except ImportError:
    import sre_parse as sre

RANDOM = random.Random(7)
STRINGS = {"`": re.compile(r"`([^`]*)`"), '"': re.compile(r'"(?:[^"\\\n]|\\.)*"')}
TOKEN = re.compile(r"\.\.\.|:=|[A-Za-z_]\w*(?:\.\w+)*|\d+|\S")
BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.S)


class Text(str):
    """A string, whether something in it was left to chance, and the secret if it is a frame."""

    def __new__(cls, text, generated=False, secret=None):
        made = super().__new__(cls, text)
        made.generated, made.secret = generated, secret
        return made

    def __add__(self, other):
        return Text(str.__add__(self, other), self.generated or other.generated)


def sample(pattern):
    """A text that the pattern describes."""
    return Text("".join(draw(sre.parse(pattern))), generated=True)


def draw(parts):
    for operation, value in parts:
        name = str(operation)
        if name == "LITERAL":
            yield chr(value)
        elif name == "IN":
            yield RANDOM.choice(sorted(members(value)))
        elif name == "BRANCH":
            yield from draw(RANDOM.choice(value[1]))
        elif name == "SUBPATTERN":
            yield from draw(value[3])
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, what = value
            most = least + 1 if most == sre.MAXREPEAT else int(most)
            for _ in range(RANDOM.randint(least, most)):
                yield from draw(what)
        elif name != "AT":
            raise ValueError(f"{name} cannot be drawn")


def members(parts):
    found = set()
    for operation, value in parts:
        name = str(operation)
        if name == "LITERAL":
            found.add(chr(value))
        elif name == "RANGE":
            found.update(map(chr, range(value[0], value[1] + 1)))
        elif str(value) == "CATEGORY_WORD":
            found.update("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
        elif str(value) == "CATEGORY_DIGIT":
            found.update("0123456789")
        else:
            raise ValueError(f"{name} {value} cannot be drawn")
    return found


def read_go(source):
    """The tokens of Go: strings as `Text`, everything else as written."""
    at, tokens = 0, []
    while (at := BLANK.match(source, at).end()) < len(source):
        quoted = STRINGS.get(source[at])
        if quoted and (found := quoted.match(source, at)):
            raw = source[at] == "`"
            text = found[1] if raw else json_text(found[0])
            tokens.append(Text(text))
        elif source[at] == "'":
            found = re.compile(r"'(?:[^'\\]|\\.)*'").match(source, at)
            tokens.append(found[0])
        else:
            found = TOKEN.match(source, at)
            tokens.append(found[0])
        at = found.end()
    return tokens


def json_text(quoted):
    """Go's escapes in a string are those of Python."""
    return ast.literal_eval(quoted)


class Go:
    """As much of Go as the tests of the rules are written in."""

    def __init__(self, tokens, samples):
        self.tokens, self.at, self.names, self.samples = tokens, 0, {"nil": []}, samples

    def peek(self, ahead=0):
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self, expected=None):
        token = self.peek()
        is_expected = expected is None or token == expected and not isinstance(token, Text)
        if not is_expected:
            raise ValueError(f"{expected} expected, not {token}")
        self.at += 1
        return token

    def value(self):
        left = self.operand()
        while self.peek() == "+" and not isinstance(self.peek(), Text):
            self.take()
            left = left + self.operand()
        return left

    def operand(self):
        token = self.take()
        if isinstance(token, Text):
            return token
        if token == "[":
            self.take("]")
            element = self.take()
            if element == "byte":
                return self.call("[]byte")
            if element == "string":
                return self.entries()
            raise ValueError(f"a slice of {element} is not understood")
        if token == "map":
            for part in ("[", "string", "]", "string"):
                self.take(part)
            return self.entries()
        if token.isidentifier() or "." in token:
            if self.peek() == "(":
                return self.call(token)
            if token in self.names:
                return self.names[token]
        raise ValueError(f"{token} is not understood")

    def entries(self):
        """Of a slice or a map; a map gives pairs."""
        self.take("{")
        found = []
        while self.peek() != "}" or isinstance(self.peek(), Text):
            value = self.value()
            if self.peek() == ":":
                self.take()
                value = (value, self.value())
            found.append(value)
            if self.peek() == ",":
                self.take()
        self.take("}")
        return found

    def call(self, name):
        self.take("(")
        values = []
        while self.peek() != ")" or isinstance(self.peek(), Text):
            value = self.value()
            if self.peek() == "...":
                self.take()
                values.extend(value)
            else:
                values.append(value)
            if self.peek() == ",":
                self.take()
        self.take(")")
        return self.result(name, values)

    def result(self, name, values):
        sizes = {
            "Numeric": "[0-9]{%s}",
            "Hex": "[a-f0-9]{%s}",
            "AlphaNumeric": "[a-z0-9]{%s}",
            "AlphaNumericExtendedShort": "[a-z0-9_-]{%s}",
            "AlphaNumericExtended": r"[a-z0-9=_\-]{%s}",
            "AlphaNumericExtendedLong": r"[a-z0-9\/=_\+\-]{%s}",
        }
        short = name.rsplit(".", 1)[-1]
        if name == "[]byte":
            return values[0]
        if name == "append":
            head, *more = values
            return head + more
        if short in sizes:
            return Text(sizes[short] % values[0])
        if short == "Hex8_4_4_4_12":
            return Text("-".join("[0-9a-f]{%d}" % n for n in (8, 4, 4, 4, 12)))
        if short in ("NewSecret", "newPlausibleSecret"):
            return sample(values[0])
        if short == "Sprintf":
            form, *rest = values
            made = form % tuple(rest)
            return Text(made, any(part.generated for part in rest))
        if short == "GenerateSampleSecret":
            return Text('%s_api_token = "%s"' % tuple(values), values[1].generated, values[1])
        if short == "GenerateSampleSecrets":
            identifier, secret = values
            filled = lambda form: form.replace("{i}", identifier).replace(
                "{I}", identifier.upper()
            ).replace("{s}", secret)
            return [Text(filled(form), secret.generated, secret) for _, form in self.samples]
        if short == "EncodeToString":
            return Text(base64.b64encode(values[0].encode()).decode(), values[0].generated)
        raise ValueError(f"{name}() is not understood")


def gitleaks(folder):
    generate = folder / "cmd/generate/config"
    source = (generate / "utils/generate.go").read_text()
    tokens = read_go(source[source.index("samples := ") + len("samples := ") :])
    samples = Go(tokens, []).operand()
    for path in sorted((generate / "rules").glob("*.go")):
        source = path.read_text()
        shared, *functions = re.split(r"^func ", source, flags=re.M)
        for body in functions:
            rule = re.search(r'RuleID:\s*"([^"]+)"', body)
            if rule:
                yield from of_function(rule[1], shared + body, samples)


def of_function(rule, body, samples):
    """Runs what the function does before it hands its cases to `Validate`."""
    go = Go(read_go(body), samples)
    left_out = 0
    for at, token in enumerate(go.tokens):
        if token in (":=", "=") and not isinstance(token, Text) and go.tokens[at - 1] != "r":
            go.at = at + 1
            try:
                go.names[go.tokens[at - 1]] = go.value()
            except (ValueError, IndexError, TypeError, re.error):
                left_out += go.tokens[at - 1] in ("tps", "fps")
    for name, secret in (("tps", True), ("fps", False)):
        for case in go.names.get(name, []):
            where, text = case if isinstance(case, tuple) else ("", case)
            yield {
                "set": "gitleaks",
                "rule": rule,
                "secret": secret,
                "generated": text.generated,
                "value": text.secret or text,
                "path": where,
                "text": text,
            }
    if left_out:
        print(f"{rule}: {left_out} lists are not understood", file=sys.stderr)


def detect_secrets(folder):
    """The lists of cases, with the extensions they are tried for."""
    source = (folder / "tests/plugins/keyword_test.py").read_text()
    # What is none by a setting of the test alone.
    excluded = re.compile(re.search(r"keyword_exclude='([^']+)'", source)[1])
    tree = ast.parse(source)
    names, tried = {"LONG_LINE": "<img src='data:image/png;base64," + "MDAw" * 8000}, []
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id != "LONG_LINE":
            names[statement.targets[0].id] = eval(
                compile(ast.Expression(statement.value), "cases", "eval"), dict(names)
            )
        elif getattr(statement, "name", "") == "test_keyword":
            tried = ast.walk(statement.decorator_list[0])
    for pair in tried:
        is_pair = isinstance(pair, ast.Tuple) and len(pair.elts) == 2
        if is_pair and isinstance(pair.elts[1], ast.Name) and pair.elts[1].id in names:
            extension = pair.elts[0].value
            for line, secret in names[pair.elts[1].id]:
                if excluded.match(line):
                    continue
                yield {
                    "set": "detect-secrets",
                    "rule": str(extension),
                    "secret": secret is not None,
                    "generated": False,
                    "value": line,
                    "path": f"case.{extension}" if extension else "",
                    "text": line + "\n",
                }


def nosey_parker(folder):
    import yaml

    for path in sorted((folder / "crates/noseyparker/data/default/builtin/rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text())["rules"]:
            for key, secret in (("examples", True), ("negative_examples", False)):
                for text in rule.get(key) or []:
                    yield {
                        "set": "noseyparker",
                        "rule": rule["id"],
                        "secret": secret,
                        "generated": False,
                        "value": text,
                        "path": "",
                        "text": text,
                    }


def main(folders):
    cases = []
    for folder in map(Path, folders):
        if (folder / "cmd/generate").is_dir():
            cases += gitleaks(folder)
        elif (folder / "tests/plugins").is_dir():
            cases += detect_secrets(folder)
        elif (folder / "crates/noseyparker").is_dir():
            cases += nosey_parker(folder)
        else:
            sys.exit(f"{folder} is none of the three")
    json.dump(cases, sys.stdout)


main(sys.argv[1:])
