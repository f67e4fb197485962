from flask import Blueprint
from flask.views import MethodView

api = Blueprint("api", __name__)
orders = Blueprint("orders", __name__, url_prefix="/orders")
lines = Blueprint("lines", __name__, url_prefix="/<int:order_id>/lines")


@orders.get("/")
def list_orders(): ...


@orders.route("/<int:order_id>", methods=["GET", "POST"])
@orders.route("/by-id/<int:order_id>")
def show_order(order_id): ...


@lines.delete("/<int:line_no>")
def drop_line(order_id, line_no): ...


orders.register_blueprint(lines)
api.register_blueprint(orders)


class Base(MethodView):
    def get(self, order_id=None): ...


class Orders(Base):
    def patch(self, order_id): ...


def ping():
    return "pong"
