from django.db import models


class Row(models.Model):
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=10)
    done = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
