from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, load_only

from app import models
from app.models import Line, Order


def where(session):
    return session.scalars(select(Order).where(Order.note == "")).all()


def either(session):
    return session.scalars(select(Order).where(or_(Order.code == "a", models.Order.note.is_(None))))


def ordered(session):
    return session.query(Order).order_by(Order.old_code.desc()).all()


def columns(session):
    return session.execute(select(Order.id, Order.note)).all()


def loaded(session):
    return session.scalars(select(Order).options(load_only(Order.note))).all()


def filtered(session):
    return session.query(Order).filter_by(note="").first()


def filtered_later(session):
    query = session.query(Order)
    query = query.filter(Order.id > 0)
    query = query.filter_by(code="a", old_code="")
    return query.all()


def got(session):
    order = session.get(Order, 1)
    return order.note


def one(session):
    order = session.execute(select(Order)).scalar_one()
    return {"note": order.note}


def by_result(session):
    statement = select(Order).where(Order.id == 1)
    result = session.execute(statement)
    order = result.scalars().first()
    return order.note.strip()


def each(session):
    return [order.note for order in session.scalars(select(Order)).all()]


def each_of_query(session):
    for order in session.query(Order).filter(Order.id > 0):
        print(order.old_code)


def first_of(session):
    orders = session.query(Order).all()
    return orders[0].note


def made(session):
    session.add(Order(id=2, code="b", note="x"))


def written(session):
    session.execute(update(Order).where(Order.id == 1).values(note="x"))


def inserted(session):
    session.execute(insert(Order).values(id=3, old_code="x"))


def removed(session):
    session.execute(delete(Order).where(Order.note == ""))


def shown(session):
    return session.get(Order, 1).to_dict()


def typed(session):
    return note_of(session, session.get(Order, 1))


def note_of(session, order: Order | None = None):
    return order.note if order else None


def fetched(session) -> Order:
    return session.get(Order, 1)


def of_function(session):
    order = fetched(session)
    return order.note


def property_is_known(session):
    return session.get(Order, 1).label, session.get(Order, 1).shown()


def relation_is_known(session):
    return session.query(Line).filter(Line.parent.has()).all()


def of_another_class(session):
    return session.query(Order).join(Line).filter_by(note="").all()


def of_lines(session):
    return session.scalars(select(Line).where(Line.note == "")).all()


def set_before(session):
    order = session.get(Order, 1)
    order.seal = "only here"
    return order.seal


def labelled(session):
    rows = session.execute(select(Order.id, func.lower(Order.code).label("note"))).all()
    return [row.note for row in rows]


def tested(session):
    order = session.get(Order, 1)
    return order.note if hasattr(order, "note") else None


def rescued(session):
    order = session.get(Order, 1)
    try:
        return order.note
    except AttributeError:
        return None


def one_of_two(session):
    found = session.get(Order, 1)
    if found.code:
        found = Line(note="x")
    return found.note
