from django.urls import path

from bench.floor import views

urlpatterns = [
    path("rows/", views.rows, name="rows"),
    path("rows/<int:pk>/", views.update, name="update"),
]
