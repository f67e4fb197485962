from aiohttp import web


async def index(request):
    return web.Response(text="shop")


def setup_pages(app):
    router = app.router
    router.add_get("/", index, name="index")
    app.router.add_static("/static", ".")
