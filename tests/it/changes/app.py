from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from models import Order

app = FastAPI()


@app.get("/orders/{order_id}", response_model=OrderOut)
def show(order_id: int, session: Session):
    return session.scalars(select(Order).where(Order.id == order_id)).one()
