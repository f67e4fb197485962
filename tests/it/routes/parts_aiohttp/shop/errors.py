from aiohttp import web


class NotFound(Exception):
    pass


@web.middleware
async def error_middleware(request, handler):
    try:
        return await handler(request)
    except NotFound:
        return web.json_response({"error": "not found"}, status=404)
