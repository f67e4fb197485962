from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route

reports = FastAPI()


@reports.get("/sales/{year}")
def sales(year: int):
    return year


def users(request):
    return None


app = Starlette(routes=[Route("/users", users), Mount("/reports", reports)])
