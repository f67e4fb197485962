from litestar import Litestar, Router, get
from litestar.di import Provide

from shop.auth import requires_login
from shop.orders import OrderController, export, find_order
from shop.tags import tags


@get("/")
async def index() -> str:
    return "shop"


@get(["/health", "/healthz"], sync_to_thread=False)
def health() -> dict[str, bool]:
    return {"ok": True}


api = Router(
    path="/api",
    route_handlers=[OrderController, export],
    dependencies={"order": Provide(find_order)},
)
handlers = [index, health, api]
app = Litestar(
    route_handlers=[*handlers, Router("/tags/", route_handlers=[tags], guards=[requires_login])],
    path="/v1",
)
