from aiohttp import web


async def users(request):
    return web.json_response([])


async def user(request):
    raise web.HTTPNotFound()


def create_admin():
    admin = web.Application()
    admin.router.add_get("/", users)
    admin.router.add_get("/users/{name}", user)
    return admin
