from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler


def requires_login(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    if "Authorization" not in connection.headers:
        raise NotAuthorizedException()
