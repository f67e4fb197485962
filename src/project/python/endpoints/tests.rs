//! Endpoints over short projects in memory, one line each: method, path, statuses, auth.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::discover::Inputs;
use crate::engine;
use crate::facts::Answer;

fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()));
    let inputs = Inputs::from_memory(files.collect::<BTreeMap<_, _>>(), &Settings::default());
    let endpoints = engine::read(&inputs, &Settings::default()).1.endpoints;
    let line = |it: &super::Endpoint| {
        let statuses: Vec<String> = it.statuses.iter().map(ToString::to_string).collect();
        let auth = match it.auth.answer {
            Answer::Yes => it.auth.by.join("+"),
            Answer::No => "-".to_owned(),
            Answer::Unknown => format!("{}?", it.auth.by.join("+")),
        };
        format!(
            "{} {}{} {}{} {auth}",
            it.methods.join("|"),
            if it.prefix_unknown { "?" } else { "" },
            it.path.as_deref().unwrap_or(""),
            statuses.join(","),
            if it.statuses_open { ",?" } else { "" },
        )
    };
    endpoints.iter().map(line).collect()
}

const DEPS: &str = "\
from typing import Annotated
from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
bearer = OAuth2PasswordBearer(tokenUrl='token')
class Missing(Exception): ...
class Taken(HTTPException):
    def __init__(self, what):
        super().__init__(status_code=409, detail=what)
def get_db(): ...
def decode(token):
    if not token:
        raise HTTPException(status_code=status.HTTP_401_UNAUTHORIZED)
    return token
def get_current_user(db=Depends(get_db), token: str = Depends(bearer)):
    return decode(token)
def get_optional_user(request):
    return request.headers.get('user')
def get_auth_verifier(scopes):
    return load(scopes)
User = Annotated[str, Depends(get_current_user)]
class RoleChecker:
    def __init__(self, role): ...
    def __call__(self, user: User):
        if user != 'admin':
            raise HTTPException(403)
";

#[test]
fn fastapi_dependencies_authenticate_wherever_they_stand() {
    let main = "\
from fastapi import APIRouter, Depends, FastAPI
from deps import RoleChecker, User, get_auth_verifier, get_current_user, get_db, get_optional_user
inner = APIRouter(dependencies=[Depends(get_current_user)])
guarded = APIRouter()
app = FastAPI()
@inner.get('/inner')
def a(): ...
@guarded.get('/mounted')
def b(): ...
@app.get('/alias')
def c(user: User): ...
@app.get('/decorator', dependencies=[Depends(RoleChecker('admin'))])
def d(): ...
@app.get('/optional')
def e(user=Depends(get_optional_user), db=Depends(get_db)): ...
@app.get('/made')
def g(caller=Depends(get_auth_verifier(['read']))): ...
class Base:
    user: User
class Page(Base):
    @app.get('/class')
    def f(self): ...
app.include_router(inner)
app.include_router(guarded, dependencies=[Depends(get_current_user)])
";
    assert_eq!(
        lines(&[("deps.py", DEPS), ("main.py", main)]),
        [
            "GET /alias 200,401 get_current_user",
            "GET /class 200,401 get_current_user",
            "GET /decorator 200,401,403 RoleChecker",
            "GET /inner 200,401 get_current_user",
            "GET /made 200 get_auth_verifier?",
            "GET /mounted 200,401 get_current_user",
            "GET /optional 200 -",
        ]
    );
}

#[test]
fn statuses_come_from_the_handler_what_it_calls_and_what_answers_its_exceptions() {
    let main = "\
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from deps import Missing, Taken
class Order(BaseModel): ...
app = FastAPI()
NOT_FOUND = HTTPException(status_code=404)
@app.exception_handler(Missing)
def missing(request, error):
    return JSONResponse({}, status_code=404)
def find(key):
    if key:
        raise Missing()
    return key
def gone(what):
    return HTTPException(410, what)
@app.get('/mapped/{key}')
def a(key: str):
    return find(key)
@app.post('/created', status_code=201)
def b(order: Order):
    raise Taken('name')
    return order
@app.get('/constant')
def c():
    raise NOT_FOUND
@app.get('/made')
def d():
    raise gone('x')
@app.get('/caught')
def e():
    try:
        raise HTTPException(418)
    except HTTPException:
        return JSONResponse({}, status_code=400 if app else 409)
@app.get('/redirect')
def f():
    return RedirectResponse('/')
@app.get('/open')
def g(code: int):
    return JSONResponse({}, status_code=code)
@app.delete('/set')
def h(response: Response):
    response.status_code = 204
";
    assert_eq!(
        lines(&[("deps.py", DEPS), ("main.py", main)]),
        [
            "GET /caught 400,409 -",
            "GET /constant 404 -",
            "POST /created 201,409,422 -",
            "GET /made 410 -",
            "GET /mapped/{key} 200,404 -",
            "GET /open 422,? -",
            "GET /redirect 307 -",
            "DELETE /set 200,204 -",
        ]
    );
}

#[test]
fn flask_decorators_and_functions_before_authenticate() {
    let text = "\
from functools import wraps
from flask import Blueprint, Flask, abort, jsonify, redirect, render_template
from flask.views import MethodView
from flask_jwt_extended import jwt_required
from flask_login import login_required
from elsewhere import requires_role
def admin_only(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if not kwargs:
            return jsonify(error='no'), 403
        return view(*args, **kwargs)
    return inner
app = Flask(__name__)
bp = Blueprint('admin', __name__, url_prefix='/admin')
def register(app):
    app.register_blueprint(bp)
@bp.before_request
@login_required
def before(): ...
@bp.route('/')
def a(): return render_template('a.html')
@app.route('/b')
@admin_only
def b(): return redirect('/')
@app.route('/c')
@requires_role('x')
def c(): return 'text', 202
@app.route('/d')
@jwt_required(optional=True)
def d():
    if not app:
        abort(404, description='none')
    return jsonify(status='ok')
class E(MethodView):
    decorators = [jwt_required()]
    def get(self): return {}
app.add_url_rule('/e', view_func=E.as_view('e'))
";
    assert_eq!(
        lines(&[("app.py", text)]),
        [
            "GET /admin/ 200,401 login_required",
            "GET /b 302,403 admin_only",
            "GET /c 202 requires_role?",
            "GET /d 200,404 -",
            "GET /e 200,401 jwt_required",
        ]
    );
}

const VIEWS: &str = "\
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import ListView
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticatedOrReadOnly
from rest_framework.viewsets import ModelViewSet
from .models import Order
def plain(request, pk):
    order = get_object_or_404(Order, pk=pk)
    return JsonResponse({'id': order.id})
def wrapped(request):
    raise Http404
class Mine(LoginRequiredMixin, ListView):
    model = Order
@method_decorator(login_required, name='dispatch')
class Other(View):
    def post(self, request):
        return JsonResponse({}, status=400)
class IsOwner(BasePermission): ...
class Orders(ModelViewSet):
    permission_classes = [IsAuthenticatedOrReadOnly]
    http_method_names = ['get', 'post']
    @action(detail=True, methods=['post'], permission_classes=[IsOwner], url_path='pay-now')
    def pay(self, request, pk=None): ...
@api_view(['GET'])
@permission_classes([AllowAny])
def open_to_all(request): ...
@api_view(['GET'])
def by_default(request): ...
";

#[test]
fn django_views_are_guarded_by_mixins_wrappers_permissions_and_settings() {
    let urls = "\
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from . import views
router = DefaultRouter()
router.register('orders', views.Orders)
urlpatterns = [
    path('plain/<int:pk>/', views.plain),
    path('wrapped/', login_required(views.wrapped)),
    path('mine/', views.Mine.as_view()),
    path('other/', views.Other.as_view()),
    path('all/', views.open_to_all),
    path('default/', views.by_default),
    path('', include(router.urls)),
]
";
    let settings = "\
INSTALLED_APPS = ['shop']
ROOT_URLCONF = 'shop.urls'
REST_FRAMEWORK = {
    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
}
";
    let files = [
        ("shop/__init__.py", ""),
        ("shop/settings.py", settings),
        ("shop/urls.py", urls),
        ("shop/views.py", VIEWS),
    ];
    assert_eq!(
        lines(&files),
        [
            "GET /all/ 200 -",
            "GET /default/ 200 IsAuthenticated",
            "GET /mine/ 200,302,404 LoginRequiredMixin",
            "GET /orders/ 200 -",
            "POST /orders/ 201,400 IsAuthenticatedOrReadOnly",
            "GET /orders/<pk>/ 200,404 -",
            "POST /orders/<pk>/pay-now/ 200 IsOwner?",
            "POST /other/ 302,400 login_required",
            " /plain/<int:pk>/ 200,404 -",
            " /wrapped/ 302,404 login_required",
        ]
    );
}
