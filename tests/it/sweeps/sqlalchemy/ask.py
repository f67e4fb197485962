"""Runs the handlers of a module, and prints as JSON what each sends to a database."""

import json
import sys

sys.path.insert(0, sys.argv[1])
from app import main
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")
main.Base.metadata.create_all(engine)
sent = []
event.listen(engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
answers = {}
for route in main.app.routes:
    if route.path.endswith("{order_id}"):
        sent.clear()
        with Session(engine) as session:
            session.add(main.Order(id=1, step="new"))
            session.flush()
            sent.clear()
            route.endpoint(order_id=1, db=session)
        answers[route.endpoint.__name__] = list(sent)
print(json.dumps(answers))
