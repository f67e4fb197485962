from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404

from shop.models import Customer, Line, Order


def filtered(request):
    return list(Order.objects.filter(note__icontains="x"))


def excluded(request):
    return list(Order.objects.filter(code="a").exclude(note=""))


def got(request):
    return Order.objects.get(note="x")


def ordered(request):
    return list(Order.objects.order_by("-note"))


def valued(request):
    return list(Order.objects.values("code", "note"))


def listed(request):
    return list(Order.objects.values_list("note", flat=True))


def only(request):
    return list(Order.objects.only("note"))


def selected(request):
    return list(Order.objects.select_related("seller"))


def by_relation(request):
    return list(Order.objects.filter(seller__name="x"))


def by_key(request):
    return list(Order.objects.filter(seller_id=1))


def conditions(request):
    return list(Order.objects.filter(Q(code="a") | Q(note="")))


def expression(request):
    return Order.objects.update(code=F("note"))


def updated(request):
    return Order.objects.filter(code="a").update(note="x")


def created(request):
    return Order.objects.create(code="b", note="x")


def made(request):
    return Order(code="b", note="x")


def through(request):
    return list(Line.objects.filter(order__note="x"))


def through_two(request):
    return list(Line.objects.filter(order__customer__rank=1))


def kept(request):
    orders = Order.objects.all()
    orders = orders.filter(code="a")
    return list(orders.order_by("note"))


def read(request):
    order = Order.objects.get(code="a")
    return order.note


def or_404(request):
    order = get_object_or_404(Order, code="a")
    return order.note


def saved(request):
    order = Order.objects.get(code="a")
    order.save(update_fields=["code", "note"])


def or_404_by(request):
    return get_object_or_404(Order, note="a")


def each(request):
    for order in Order.objects.filter(code="a"):
        print(order.note)


def inside(request):
    return [order.note for order in Order.objects.all()]


def shown(request):
    return Order.objects.get(code="a").shown()


def new_name(request):
    return list(Customer.objects.filter(rank=1))


def property_is_known(request):
    return Order.objects.get(code="a").label


def reverse_relation(request):
    return list(Order.objects.filter(remark__isnull=True))


def annotated(request):
    return [order.total for order in Order.objects.annotate(total=Count("lines")).filter(total__gt=0)]


def ordered_by_alias(request):
    return list(Order.objects.annotate(total=Count("lines")).order_by("-total").values("total"))
