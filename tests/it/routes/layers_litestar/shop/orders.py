from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, delete, get, post, put, route
from litestar.enums import HttpMethod
from litestar.exceptions import NotFoundException

from shop.auth import requires_login


@dataclass
class NewOrder:
    number: str


async def find_order(order_id: int) -> dict[str, Any]:
    if order_id > 9:
        raise NotFoundException()
    return {"id": order_id}


class OrderController(Controller):
    path = "/orders"

    @get()
    async def listed(self, page: int = 1) -> list[int]:
        return [page]

    @post("/")
    async def create(self, data: NewOrder) -> NewOrder:
        return data

    @get("/{order_id:int}")
    async def show(self, order: Any) -> Any:
        return order

    @put("/{order_id:int}", status_code=202)
    async def change(self, order_id: int) -> Response[dict[str, int]]:
        if order_id > 9:
            return Response({"id": order_id}, status_code=404)
        return Response({"id": order_id})

    @delete("/{order_id:int}", guards=[requires_login])
    async def remove(self, order_id: int) -> None:
        return None


@route("/export", http_method=[HttpMethod.GET, HttpMethod.POST])
async def export() -> str:
    return "export"
