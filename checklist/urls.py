from django.urls import path

from checklist import crosswalk_views, views

urlpatterns = [
    path("", views.checklist_list, name="checklist-list"),
    path("search/", views.checklist_search, name="checklist-search"),
    path("crosswalks/<slug:slug>/", crosswalk_views.crosswalk_detail, name="crosswalk-detail"),
    path("<slug:slug>/", views.checklist_detail, name="checklist-detail"),
    path("<slug:slug>/<str:version>/", views.edition_detail, name="edition-detail"),
    path("<slug:slug>/<str:version>/<slug:ref>/", views.item_detail, name="item-detail"),
]
