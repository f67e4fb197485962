from starlette.routing import Route, Router


def audited(endpoint):
    async def inner(request):
        return await endpoint(request)

    return inner


async def show(request):
    return None


async def change(request):
    return None


routes = [
    Route("/orders/{number}", endpoint=show),
    Route("/orders/{number}", endpoint=audited(change), methods=["PATCH"]),
]
router = Router([Route("/orders", show)])
