//! Names, routes, dependencies and mounts over short projects in memory.

use std::collections::BTreeMap;

use super::index::{Python, Scope};
use super::names::{Target, admits_none, type_name};
use super::{Handler, Role};
use crate::config::Settings;
use crate::discover::Inputs;
use crate::engine;

fn inputs(files: &[(&str, &str)]) -> Inputs {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()));
    Inputs::from_memory(files.collect::<BTreeMap<_, _>>(), &Settings::default())
}

fn handlers(files: &[(&str, &str)]) -> Vec<Handler> {
    engine::read(&inputs(files), &Settings::default())
        .1
        .handlers
}

fn routes(files: &[(&str, &str)]) -> Vec<String> {
    handlers(files)
        .into_iter()
        .map(|handler| handler.route)
        .collect()
}

/// What a name means in the module of the last file, said in words.
fn meaning(files: &[(&str, &str)], function: Option<&str>, name: &str) -> String {
    let inputs = inputs(files);
    let (outcomes, _) = engine::read(&inputs, &Settings::default());
    let python = Python::new(&inputs.units, &outcomes);
    let last = files.last().expect("a project has files").0;
    let module = python
        .modules
        .iter()
        .position(|module| module.path == last)
        .unwrap();
    let function = function.map(|name| python.modules[module].functions[name]);
    match python.resolve(Scope { module, function }, name) {
        Target::Function(id) => python.function(id).name.clone(),
        Target::Class(class) => format!("class {}", python.class(class).name),
        Target::Instance(class) => format!("a {}", python.class(class).name),
        Target::External(path) => format!("library {path}"),
        Target::Object(object) => format!("object {}", python.object(object).name),
        Target::Place(_) => "module".to_owned(),
        Target::Super(_) | Target::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn names_come_through_imports_aliases_and_packages() {
    let service = (
        "app/service.py",
        "def find(key): ...\nclass Orders:\n    def get(self, key): ...\n",
    );
    let package = (
        "app/__init__.py",
        "from .service import find as lookup, Orders\n",
    );
    let files = |text| [service, package, ("app/views.py", text)];
    let cases = [
        ("from .service import find", "find", "find"),
        ("from app import lookup", "lookup", "find"),
        ("from . import service as s", "s.find", "find"),
        ("import app.service", "app.service.find", "find"),
        ("from app import Orders", "Orders().get", "Orders.get"),
        (
            "from app import Orders\norders = Orders()",
            "orders.get",
            "Orders.get",
        ),
        (
            "from app import Orders\norders: Orders = make()",
            "orders.get",
            "Orders.get",
        ),
        ("from .service import *", "find", "find"),
        ("from elsewhere import *", "find", "unknown"),
        ("from .service import gone", "gone", "unknown"),
        (
            "from sqlalchemy import select",
            "select().where",
            "library sqlalchemy.select().where",
        ),
        ("", "find", "unknown"),
        ("", "len", "library builtins.len"),
    ];
    for (text, name, expected) in cases {
        assert_eq!(
            meaning(&files(text), None, name),
            expected,
            "{text}: {name}"
        );
    }
}

#[test]
fn names_in_a_function_come_from_its_parameters_imports_and_class() {
    let text = "\
class Base:
    def load(self): ...
class Repo(Base):
    def get(self, key): ...
class Service(Base):
    def __init__(self, repo: Repo):
        self.repo = repo
        self.other = Repo()
    def run(self, row: Repo | None, load):
        from json import dumps
        local = Repo()
    def load(self): ...
def outer():
    def inner(): ...
";
    let files = [("app.py", text)];
    let cases = [
        ("Service.run", "self.repo.get", "Repo.get"),
        ("Service.run", "self.other.load", "Base.load"),
        ("Service.run", "super().load", "Base.load"),
        ("Service.run", "self.load", "Service.load"),
        ("Service.run", "row.get", "Repo.get"),
        ("Service.run", "load", "unknown"),
        ("Service.run", "dumps", "library json.dumps"),
        ("outer", "inner", "outer.inner"),
        ("outer.inner", "inner", "outer.inner"),
    ];
    for (function, name, expected) in cases {
        assert_eq!(
            meaning(&files, Some(function), name),
            expected,
            "{function}: {name}"
        );
    }
}

#[test]
fn annotations_name_one_type_or_none() {
    for text in [
        "Order",
        "Order | None",
        "Optional[Order]",
        "Annotated[Order, Depends(f)]",
        "'Order'",
    ] {
        assert_eq!(type_name(text), Some("Order"), "{text}");
    }
    assert_eq!(type_name("list[Order]"), None);
    assert_eq!(type_name("Order | Refund"), None);
    for text in [
        "Order | None",
        "Optional[Order]",
        "typing.Optional[Order]",
        "Union[Order, None]",
    ] {
        assert!(admits_none(text), "{text}");
    }
    assert!(!admits_none("list[Order | None]"));
}

#[test]
fn fastapi_paths_hold_the_prefixes_of_routers_and_mounts() {
    let orders = "\
from fastapi import APIRouter
router = APIRouter(prefix='/orders')
@router.get('/{order_id}')
def show(order_id: int): ...
@router.api_route('', methods=['POST', 'PUT'])
def save(): ...
";
    let main = "\
from fastapi import FastAPI
from app import orders
app = FastAPI()
app.include_router(orders.router, prefix='/api')
@app.get('/health')
def health(): ...
";
    let files = [
        ("app/__init__.py", ""),
        ("app/orders.py", orders),
        ("app/main.py", main),
    ];
    assert_eq!(
        routes(&files),
        [
            "GET /health",
            "GET /api/orders/{order_id}",
            "POST|PUT /api/orders"
        ]
    );
}

#[test]
fn fastapi_parameters_have_their_roles() {
    let deps = "\
from typing import Annotated
from fastapi import Depends
def get_db(): ...
Db = Annotated[Session, Depends(get_db)]
";
    let main = "\
from fastapi import FastAPI, Body, Depends, Request
from pydantic import BaseModel
from deps import Db, get_db
class Patch(BaseModel):
    note: str
app = FastAPI()
@app.patch('/orders/{order_id}')
def change(order_id: int, patch: Patch, request: Request, db: Db, other=Depends(get_db), q: str = '', raw=Body()): ...
";
    let found = handlers(&[("deps.py", deps), ("main.py", main)]);
    let roles: Vec<Role> = found[0].parameters.iter().map(|(_, role)| *role).collect();
    assert_eq!(
        roles,
        [
            Role::Path,
            Role::Body,
            Role::Request,
            Role::Dependency,
            Role::Dependency,
            Role::Query,
            Role::Body
        ]
    );
}

#[test]
fn only_unmistakable_decorators_of_unknown_objects_make_handlers() {
    let known =
        "from fastapi import Depends\nfrom .core import app\n@app.get('/x')\ndef x(): ...\n";
    assert_eq!(routes(&[("a/b.py", known)]), ["GET /x"]);
    let shapeless = "from fastapi import Depends\n@cache.get('key')\ndef x(): ...\n";
    assert_eq!(routes(&[("b.py", shapeless)]), Vec::<String>::new());
    let foreign =
        "from sanic import Blueprint\nroutes = Blueprint('x')\n@routes.get('/x')\ndef x(): ...\n";
    assert_eq!(routes(&[("c.py", foreign)]), Vec::<String>::new());
}

#[test]
fn flask_handlers_come_from_decorators_rules_and_view_classes() {
    let text = "\
from flask import Flask, Blueprint
from flask.views import MethodView
app = Flask(__name__)
bp = Blueprint('orders', __name__, url_prefix='/orders')
@bp.route('/<int:order_id>', methods=['GET', 'POST'])
def show(user, order_id): ...
def plain(order_id): ...
app.add_url_rule('/plain/<order_id>', view_func=plain)
class Items(MethodView):
    def get(self, item_id): ...
    def helper(self): ...
bp.add_url_rule('/items/<item_id>', view_func=Items.as_view('items'))
app.register_blueprint(bp, url_prefix='/api')
";
    let found = handlers(&[("app.py", text)]);
    let routes: Vec<&str> = found.iter().map(|handler| handler.route.as_str()).collect();
    assert_eq!(
        routes,
        [
            "GET|POST /api/<int:order_id>",
            "GET /plain/<order_id>",
            "GET /api/items/<item_id>"
        ]
    );
    let show = &found[0].parameters;
    assert_eq!((show[0].1, show[1].1), (Role::Unknown, Role::Path));
}

#[test]
fn django_views_are_those_the_urls_name() {
    let views = "\
from django.views import View
from rest_framework.decorators import api_view, action
from rest_framework.viewsets import ModelViewSet
def order(request, pk): ...
def helper(request): ...
@api_view(['POST'])
def pay(request, pk): ...
class Base(View): ...
class Invoice(Base):
    def get(self, request, pk): ...
class Orders(ModelViewSet):
    def retrieve(self, request, pk=None): ...
    @action(detail=True, methods=['post'])
    def cancel(self, request, pk=None): ...
    def helper(self): ...
";
    let urls = "\
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from . import views
router = DefaultRouter()
router.register('all', views.Orders)
urlpatterns = [
    path('orders/<int:pk>/', views.order),
    path('invoices/<int:pk>/', views.Invoice.as_view(), name='invoice'),
    path('pay/<int:pk>/', login_required(views.pay)),
    path('', include(router.urls)),
]
";
    let root = "\
from django.urls import include, path
urlpatterns = [path('shop/', include('shop.urls'))]
";
    let files = [
        ("shop/__init__.py", ""),
        ("shop/views.py", views),
        ("shop/urls.py", urls),
        ("site/urls.py", root),
    ];
    assert_eq!(
        routes(&files),
        [
            "/shop/orders/<int:pk>/",
            "POST /shop/pay/<int:pk>/",
            "GET /shop/invoices/<int:pk>/",
            "GET /shop/all/<pk>/",
            "POST /shop/all/<pk>/cancel/",
        ]
    );
}

#[test]
fn routers_are_nested_in_others_and_objects_answer() {
    let views = "\
from django.contrib.syndication.views import Feed
from rest_framework.viewsets import ModelViewSet
class News(Feed): ...
class Products(ModelViewSet):
    lookup_field = 'slug'
    def retrieve(self, request, slug): ...
class Reviews(ModelViewSet):
    def retrieve(self, request, product_slug, pk): ...
class Votes(ModelViewSet):
    def list(self, request, product_slug, review_pk): ...
";
    let urls = "\
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework_nested import routers
from . import views
router = DefaultRouter(trailing_slash=False)
router.register('products', views.Products)
products = routers.NestedDefaultRouter(router, 'products', lookup='product')
products.register('reviews', views.Reviews)
reviews = routers.NestedSimpleRouter(products, 'reviews', lookup='review', trailing_slash=True)
reviews.register('votes', views.Votes)
urlpatterns = [
    path('api/', include(router.urls)),
    path('api/', include(products.urls)),
    path('api/', include(reviews.urls)),
    path('feed/', views.News()),
]
";
    let files = [
        ("shop/__init__.py", ""),
        ("shop/views.py", views),
        ("shop/urls.py", urls),
    ];
    assert_eq!(
        routes(&files),
        [
            "GET /api/products/<slug>",
            "GET /api/products/<product_slug>/reviews/<pk>",
            "GET /api/products/<product_slug>/reviews/<review_pk>/votes/",
        ]
    );
}

#[test]
fn without_urls_a_view_takes_request_in_a_views_module() {
    let views = "\
from django.shortcuts import render
def order(request, pk):
    return render(request)
def _private(request): ...
@shared_task
def job(request): ...
def plain(pk): ...
";
    assert_eq!(routes(&[("shop/views.py", views)]), ["order"]);
    assert_eq!(routes(&[("shop/services.py", views)]), Vec::<String>::new());
}
