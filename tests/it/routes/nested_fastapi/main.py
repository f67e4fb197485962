from fastapi import APIRouter, FastAPI

from app.items import router as items
from app.settings import settings

VERSION = "v1"
api = APIRouter(prefix=f"{settings.API_PREFIX}/{VERSION}")
api.include_router(items)


def create_app():
    application = FastAPI()
    application.include_router(api)
    application.include_router(items, prefix="/legacy")

    @application.get("/health")
    def health(): ...

    return application


app = create_app()
admin = FastAPI()


@admin.delete("/cache")
def clear_cache(): ...


app.mount("/admin", admin)
