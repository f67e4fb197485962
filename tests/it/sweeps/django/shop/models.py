from django.db import models


class Order(models.Model):
    step = models.CharField(max_length=20)
