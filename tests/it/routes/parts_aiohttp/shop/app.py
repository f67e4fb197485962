from aiohttp import web

from shop import admin
from shop.errors import error_middleware
from shop.orders import OrderView, Orders, routes
from shop.pages import setup_pages


async def health(request):
    return web.json_response({"ok": True})


async def open_database(app):
    app["orders"] = {}


def login_required(handler):
    async def wrapper(request):
        if "Authorization" not in request.headers:
            raise web.HTTPUnauthorized()
        return await handler(request)

    return wrapper


def create_app() -> web.Application:
    app = web.Application(middlewares=[error_middleware])
    app.on_startup.append(open_database)
    app.add_routes(routes)
    app.add_routes(
        [
            web.get("/health", health, allow_head=False),
            web.route("*", "/echo", health),
            web.view("/orders/{order_id:\\d+}/lines", OrderView),
        ]
    )
    orders = Orders()
    app.router.add_post("/orders", orders.create)
    app.router.add_route("DELETE", "/orders/{order_id}", login_required(orders.remove))
    setup_pages(app)
    app.add_subapp("/admin/", admin.create_admin())
    return app
