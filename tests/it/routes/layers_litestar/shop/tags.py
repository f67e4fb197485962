from litestar import get


@get("/{name:str}")
async def tags(name: str) -> str:
    return name
