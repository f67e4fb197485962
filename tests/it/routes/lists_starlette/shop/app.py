from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from shop import admin, orders
from shop.stock import Stock


async def home(request):
    return None


async def events(websocket):
    await websocket.accept()


common = [Route("/", home), WebSocketRoute("/events", events)]

routes = [
    *common,
    Mount(
        "/api",
        routes=[
            Mount("/v1", routes=orders.routes),
            Mount("/router", app=orders.router),
            Route("/stock/{number:int}", Stock),
            Route("/stock", Stock, methods=["POST"]),
        ],
    ),
    Mount("/admin/", app=admin.app, name="admin"),
]


def create_app():
    app = Starlette(debug=False, routes=routes)
    app.router.routes.append(Route("/late", home, methods=["PUT", "DELETE"]))
    app.add_route("/called", home)
    return app
