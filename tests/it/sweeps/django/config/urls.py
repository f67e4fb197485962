from django.urls import path
from shop import views

urlpatterns = [
    path("a/<int:order_id>/", views.all_updated),
    path("b/<int:order_id>/", views.all_removed),
    path("c/<int:order_id>/", views.all_in_order),
    path("d/<int:order_id>/", views.all_of_one_database),
    path("e/<int:order_id>/", views.all_by_cursor),
    path("f/<int:order_id>/", views.some_updated),
    path("g/<int:order_id>/", views.some_removed),
    path("h/<int:order_id>/", views.some_at_once),
]
