from flask import Flask

from .views import Orders, api, orders, ping


def register(app):
    app.register_blueprint(api, url_prefix="/api")


def create_app():
    app = Flask(__name__)
    register(app)
    app.register_blueprint(orders, name="again", url_prefix="/again")
    app.add_url_rule("/ping", view_func=ping)
    app.add_url_rule("/orders/", view_func=Orders.as_view("list"), methods=["GET"])
    app.add_url_rule("/orders/<int:order_id>", view_func=Orders.as_view("one"))

    @app.route("/health")
    def health():
        return "ok"

    return app
