//! `aicheck routes`: what it prints of a project, in each format.

mod frameworks;

use std::fs;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::project::Project;
use aicheck::project::python::Endpoint;
use aicheck::report::routes::{human, json};
use serde_json::Value;

use crate::json::faults;

const MAIN: &str = "\
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
router = APIRouter(prefix='/orders')
@router.get('/{order_id}')
def show(order_id: int): ...
@router.api_route('/', methods=['POST', 'PUT'])
def save(): ...
app = FastAPI()
app.include_router(router, prefix='/api')
app.include_router(router, prefix='/v2')
";

const URLS: &str = "\
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView
from shop import views
urlpatterns = [
    path('admin/', admin.site.urls),
    path('accounts/', include('allauth.urls')),
    path('about/', TemplateView.as_view(template_name='about.html')),
    path('orders/<int:pk>/', views.order),
]
";

const FILES: [(&str, &str); 4] = [
    ("api/main.py", MAIN),
    ("shop/__init__.py", ""),
    (
        "shop/views.py",
        "def order(request, pk):\n    return None\n",
    ),
    ("shop/urls.py", URLS),
];

fn with_endpoints<T>(read: impl FnOnce(&Project, &[&Endpoint], &Inputs) -> T) -> T {
    let files = FILES.iter();
    let files = files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()));
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files.collect(), &settings);
    let (_, project) = engine::read(&inputs, &settings);
    let endpoints: Vec<_> = project.endpoints.iter().collect();
    read(&project, &endpoints, &inputs)
}

const WIDE: &str = "\
METHOD    PATH                    STATUS   AUTH  TABLES  HANDLER
GET       /about/                 200      -     ?       shop/urls.py:8 django.views.generic.TemplateView
ANY       /accounts/…             ?        ?     ?       shop/urls.py:7 allauth.urls
ANY       /admin/…                ?        ?     ?       shop/urls.py:6 django.contrib.admin.site.urls
POST|PUT  /api/orders/            200      -             api/main.py:7 save
GET       /api/orders/{order_id}  200 422  -             api/main.py:5 show
ANY       /orders/<int:pk>/       200      -             shop/views.py:1 order
POST|PUT  /v2/orders/             200      -             api/main.py:7 save
GET       /v2/orders/{order_id}   200 422  -             api/main.py:5 show

8 routes.
";

#[test]
fn a_line_is_a_route() {
    let table = with_endpoints(|project, routes, inputs| {
        human::write(project, routes, &inputs.files, None, false)
    });
    assert_eq!(table, WIDE);
}

#[test]
fn a_narrow_terminal_gets_two_lines_a_route() {
    let table = with_endpoints(|project, routes, inputs| {
        human::write(project, routes, &inputs.files, Some(60), false)
    });
    let wide = table.lines().filter(|line| line.chars().count() > 60);
    assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(
        table.contains(
            "GET       /api/orders/{order_id}  200 422  -\n          api/main.py:5 show\n"
        ),
        "{table}"
    );
}

#[test]
fn json_holds_to_its_schema() {
    let document: Value = with_endpoints(|project, routes, inputs| {
        serde_json::to_value(json::Document::new(project, routes, &inputs.files)).unwrap()
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/routes.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(faults(&schema, &schema, &document, "routes"), "");
    let routes = document["routes"].as_array().unwrap();
    let admin = routes.iter().find(|it| it["path"] == "/admin/").unwrap();
    assert_eq!(admin["more_below"], true);
    let show = routes.iter().find(|it| it["handler"] == "show").unwrap();
    assert_eq!(show["path"], "/api/orders/{order_id}");
    assert_eq!(show["methods"], serde_json::json!(["GET"]));
    assert_eq!(show["framework"], "fastapi");
    assert_eq!(show["defined_at"]["path"], "api/main.py");
    assert_eq!(show["defined_at"]["start"]["line"], 5);
}
