from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from rest_framework.routers import DefaultRouter, SimpleRouter

from . import views

router = DefaultRouter()
router.register("users", views.UserViewSet)
plain = SimpleRouter(trailing_slash=False)
plain.register("readers", views.ReadViewSet, basename="reader")

shared = [
    path("page/", views.Page.as_view()),
    re_path(r"^year/(?P<year>[0-9]{4})/$", views.plain),
]
urlpatterns = [
    path("", TemplateView.as_view(template_name="index.html")),
    path("old/", RedirectView.as_view(url="/")),
    path("plain/<int:pk>/", views.plain),
    path("users/", include([path("", views.Users.as_view()), path("<int:pk>/", views.OneUser.as_view())])),
    path("users/<int:pk>/edit/", views.EditUser.as_view()),
    path("one/", include((shared, "one"))),
    path("two/", include(shared)),
    path("api/", include(router.urls)),
    path("api/list/", views.UserList.as_view()),
    path("api/pay/", views.pay),
    path("api/set/<int:pk>/", views.ReadViewSet.as_view({"get": "retrieve"})),
]
urlpatterns += plain.urls
