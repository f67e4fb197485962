from django.contrib.auth.models import User
from django.views import View
from django.views.generic import DetailView, ListView, UpdateView
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action, api_view


def plain(request, pk): ...


class Page(View):
    def get(self, request): ...

    def post(self, request): ...


class Users(ListView):
    model = User


class OneUser(DetailView):
    model = User


class EditUser(UpdateView):
    model = User
    fields = ["username"]
    http_method_names = ["get", "post"]


class UserList(generics.ListCreateAPIView):
    queryset = User.objects.all()


class UserViewSet(viewsets.ModelViewSet):
    queryset = User.objects.all()
    lookup_field = "username"

    @action(detail=True, methods=["post", "delete"], url_path="lock-out")
    def lock(self, request, username=None): ...

    @action(detail=False)
    def newest(self, request): ...


class ReadViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    queryset = User.objects.all()


@api_view(["POST", "PUT"])
def pay(request): ...
