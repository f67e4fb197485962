"""Handlers of one statement each; those whose name begins with `all` meet every row."""

from fastapi import Depends, FastAPI
from sqlalchemy import BigInteger, ForeignKey, String, delete, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    step: Mapped[str] = mapped_column(String(20))


def get_db() -> Session:
    raise NotImplementedError


@app.post("/a/{order_id}")
def all_of_query(order_id: int, db: Session = Depends(get_db)):
    return db.query(Order).update({"step": "paid"})


@app.post("/b/{order_id}")
def all_removed_by_query(order_id: int, db: Session = Depends(get_db)):
    return db.query(Order).delete()


@app.post("/c/{order_id}")
def all_of_statement(order_id: int, db: Session = Depends(get_db)):
    return db.execute(update(Order).values(step="paid")).rowcount


@app.post("/d/{order_id}")
def all_removed_by_statement(order_id: int, db: Session = Depends(get_db)):
    statement = delete(Order).execution_options(synchronize_session=False)
    return db.execute(statement).rowcount


@app.post("/e/{order_id}")
def all_of_text(order_id: int, db: Session = Depends(get_db)):
    return db.execute(text("UPDATE orders SET step = 'paid'")).rowcount


@app.post("/f/{order_id}")
def all_that_come_back(order_id: int, db: Session = Depends(get_db)):
    return len(db.scalars(update(Order).values(step="paid").returning(Order.id)).all())


@app.post("/g/{order_id}")
def all_in_order(order_id: int, db: Session = Depends(get_db)):
    query = db.query(Order)
    return query.update({Order.step: "paid"}, synchronize_session=False)


@app.post("/h/{order_id}")
def some_of_query(order_id: int, db: Session = Depends(get_db)):
    return db.query(Order).filter_by(id=order_id).update({"step": "paid"})


@app.post("/i/{order_id}")
def some_of_statement(order_id: int, db: Session = Depends(get_db)):
    return db.execute(delete(Order).where(Order.id == order_id)).rowcount


@app.post("/j/{order_id}")
def some_by_their_keys(order_id: int, db: Session = Depends(get_db)):
    db.execute(update(Order), [{"id": order_id, "step": "paid"}])
    return {"id": order_id}


@app.post("/k/{order_id}")
def some_behind_a_test(order_id: int, db: Session = Depends(get_db)):
    statement = delete(Order)
    if order_id:
        statement = statement.where(Order.id == order_id)
    return db.execute(statement).rowcount
