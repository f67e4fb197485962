from starlette.endpoints import HTTPEndpoint


class Listing(HTTPEndpoint):
    async def get(self, request):
        return None


class Stock(Listing):
    async def post(self, request):
        return None
