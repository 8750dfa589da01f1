from django.urls import path

from checklist import crosswalk_views, views

urlpatterns = [
    path("", views.checklist_list, name="checklist-list"),
    path("search/", views.checklist_search, name="checklist-search"),
    path("crosswalks/<slug:slug>/", crosswalk_views.crosswalk_detail, name="crosswalk-detail"),
    path(
        "crosswalks/<slug:slug>/export.yaml",
        crosswalk_views.crosswalk_export,
        name="crosswalk-export",
    ),
    path("schema.json", views.checklist_schema, name="checklist-schema"),
    path("<slug:slug>/", views.checklist_detail, name="checklist-detail"),
    path("<slug:slug>/<str:version>/", views.edition_detail, name="edition-detail"),
    path(
        "<slug:slug>/<str:version>/export.<slug:format>",
        views.edition_export,
        name="edition-export",
    ),
    path("<slug:slug>/<str:version>/<slug:ref>/", views.item_detail, name="item-detail"),
]

# The same of one team: `owner` comes from the address before.
of_team = [
    path("<slug:slug>/", views.checklist_detail, name="team-checklist-detail"),
    path("<slug:slug>/<str:version>/", views.edition_detail, name="team-edition-detail"),
    path(
        "<slug:slug>/<str:version>/export.<slug:format>",
        views.edition_export,
        name="team-edition-export",
    ),
    path("<slug:slug>/<str:version>/<slug:ref>/", views.item_detail, name="team-item-detail"),
]
