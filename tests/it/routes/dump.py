"""Writes the routes of a project as its framework knows them: one `METHOD path` a line.

The module named first makes the application, the folder is the project. What the frameworks add by
themselves (documentation, static files, HEAD and OPTIONS) is left out; `*` stands for the methods
of a Django function, which decides them when it is called.
"""

import importlib
import os
import re
import sys

module, folder = sys.argv[1:]
os.chdir(folder)
sys.path.insert(0, folder)
project = importlib.import_module(module)


def of_asgi(routes, prefix=""):
    from starlette.routing import Mount

    for route in routes:
        endpoint = getattr(route, "endpoint", None)
        if isinstance(route, Mount):
            yield from of_asgi(route.routes, prefix + route.path)
        elif hasattr(route, "original_router"):
            inner = route.include_context.prefix if hasattr(route, "include_context") else ""
            yield from of_asgi(route.original_router.routes, prefix + inner)
        elif not endpoint.__module__.startswith("fastapi"):
            verbs = ["get", "post", "put", "patch", "delete"]
            own = [verb.upper() for verb in verbs if hasattr(endpoint, verb)]
            listed = getattr(route, "methods", None)
            for method in listed or own or ["WEBSOCKET"]:
                if not own or method in own:
                    yield method, prefix + route.path


def of_flask(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rsplit(".")[-1] != "static":
            for method in rule.methods:
                yield method, rule.rule


def of_aiohttp(app):
    from aiohttp import hdrs

    for route in app.router.routes():
        path = route.resource.canonical
        if type(route.resource).__name__ == "StaticResource":
            continue
        verbs = [verb for verb in hdrs.METH_ALL if hasattr(route.handler, verb.lower())]
        if isinstance(route.handler, type):
            yield from ((verb, path) for verb in verbs)
        else:
            yield route.method, path


def of_litestar(app):
    for route in app.routes:
        handlers = getattr(route, "route_handlers", [])
        if any(not it.fn.__module__.startswith("litestar") for it in handlers):
            for method in route.methods:
                yield method, route.path


def of_django(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            yield from of_django(pattern.url_patterns, path)
            continue
        callback = pattern.callback
        view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
        if view is None:
            methods = ["*"]
        elif getattr(callback, "actions", None):
            methods = [verb.upper() for verb in callback.actions]
        else:
            own = [verb for verb in view.http_method_names if hasattr(view, verb)]
            methods = [verb.upper() for verb in own]
        is_root = view is not None and view.__name__ == "APIRootView"
        if not is_root and "(?P<format>" not in path:
            for method in methods:
                yield method, "/" + path.removesuffix("$")


if hasattr(project, "app") and hasattr(project.app, "url_map"):
    found = of_flask(project.app)
elif hasattr(project, "app") and hasattr(project.app, "route_handler_method_map"):
    found = of_litestar(project.app)
elif hasattr(project, "app") and hasattr(project.app, "add_subapp"):
    found = of_aiohttp(project.app)
elif hasattr(project, "app"):
    found = of_asgi(project.app.routes)
else:
    from django.urls import get_resolver

    found = of_django(get_resolver().url_patterns)

lines = set()
for method, path in found:
    if method not in ("HEAD", "OPTIONS", "TRACE"):
        lines.add(f"{method} " + re.sub(r"\(\?P<(\w+)>\[\^/\.\]\+\)", r"<\1>", path))
print("\n".join(sorted(lines)))
