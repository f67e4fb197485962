"""The courses, on SQLite, with the services they ask on this machine."""

import io
import os
import threading
from contextlib import redirect_stdout

import sqlalchemy
from peer import Peer

# As long as this nobody waits who means to stop at all.
PATIENCE = 6

peer = Peer()
os.environ |= {
    "DATABASE_URL": "sqlite:///courses.db",
    "REPORTS_URL": "sqlite:///reports.db",
    "PAYMENTS_URL": peer.url,
    "MAIL_URL": peer.url,
    "OPENAI_BASE_URL": peer.url,
    "OPENAI_API_KEY": "-",
}

engines = []
create_engine = sqlalchemy.create_engine


def counted(url, **options):
    engines.append(url)
    return create_engine(url, **options)


sqlalchemy.create_engine = counted
reports = create_engine("sqlite:///reports.db")

from app.main import app
from app.models import Base, Course, Enrollment, Lesson, Student
from asgi import Client
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///courses.db")
client = Client(app)
printed = io.StringIO()


def seed():
    peer.behave("answers")
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Student(email="ada@example.com", full_name="Ada", access_code="ada-1815"))
        session.add(Course(slug="algebra", title="Algebra", price_cents=900))
        session.add(Lesson(course_id=1, title="Groups"))
        session.add(Enrollment(course_id=1, full_name="Ada"))
        session.commit()
    with reports.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS enrollment_facts")
        connection.exec_driver_sql("CREATE TABLE enrollment_facts (year integer)")


def arrange(behaviour, refused):
    if behaviour:
        peer.behave(behaviour)
    for event in ["INSERT", "UPDATE"] if refused else []:
        trigger = f"CREATE TRIGGER no_{event} BEFORE {event} ON {refused}"
        with engine.begin() as connection:
            connection.exec_driver_sql(f"{trigger} BEGIN SELECT RAISE(ABORT, 'no'); END")


def send(method, path, json, form):
    engines.clear()
    printed.truncate(0)
    answers = []

    def ask():
        answers.append(client.send(method, path, json, form))

    with redirect_stdout(printed):
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(PATIENCE)
        if not answers:
            peer.behave("answers")
            asking.join()
            return 0, "", []
    return answers[0]


def seen():
    if client.stood > 0.7:
        yield "the event loop stood still"
    if engines:
        yield "an engine was made"
    if printed.getvalue():
        yield "something was printed"
    yield f"{peer.asked.count('/mails')} mails were sent"
    with Session(engine) as session:
        for table in Base.metadata.tables.values():
            rows = session.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(table))
            yield f"{rows} {table.name}"
