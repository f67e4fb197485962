from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=20)


class Order(models.Model):
    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

    @property
    def label(self):
        return self.code

    def shown(self):
        return f"{self.code} {self.note}"


class Line(models.Model):
    order = models.ForeignKey("Order", on_delete=models.CASCADE, related_name="lines")


class Remark(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
