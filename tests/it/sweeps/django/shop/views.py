"""Views of one statement each; those whose name begins with `all` meet every row."""

from django.db import connection
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from .models import Order


@require_POST
def all_updated(request, order_id):
    met = Order.objects.update(step="paid")
    return JsonResponse({"met": met})


@require_POST
def all_removed(request, order_id):
    met, _ = Order.objects.all().delete()
    return JsonResponse({"met": met})


@require_POST
def all_in_order(request, order_id):
    met = Order.objects.order_by("id").update(step="paid")
    return JsonResponse({"met": met})


@require_POST
def all_of_one_database(request, order_id):
    orders = Order.objects.using("default").all()
    met = orders.update(step="paid")
    return JsonResponse({"met": met})


@require_POST
def all_by_cursor(request, order_id):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shop_order")
        return JsonResponse({"met": cursor.rowcount})


@require_POST
def some_updated(request, order_id):
    met = Order.objects.filter(pk=order_id).update(step="paid")
    return JsonResponse({"met": met})


@require_POST
def some_removed(request, order_id):
    met, _ = Order.objects.exclude(step="old").delete()
    return JsonResponse({"met": met})


@require_POST
def some_at_once(request, order_id):
    orders = list(Order.objects.all())
    met = Order.objects.bulk_update(orders, ["step"])
    return JsonResponse({"met": met})
