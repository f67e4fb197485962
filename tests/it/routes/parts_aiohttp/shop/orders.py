from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/orders")
async def list_orders(request):
    return web.json_response([])


@routes.route("PATCH", "/orders/{order_id}")
async def change_order(request):
    return web.json_response({})


@routes.view("/tags")
class TagView(web.View):
    async def get(self):
        return web.json_response([])

    async def post(self):
        return web.json_response({}, status=201)


class OrderView(web.View):
    async def get(self):
        return web.json_response([])


class Orders:
    async def create(self, request):
        return web.json_response({}, status=201)

    async def remove(self, request):
        return web.Response(status=204)
