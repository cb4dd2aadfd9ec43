"""The whole public surface, one line an endpoint."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control, cache_page
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from curating.care.dashboard import dashboard
from minerals import views as minerals
from minerals.comparing.views import ComparisonViewSet
from minerals_api import health, pages
from minerals_api.root import DescribedRouter
from projects import views as projects
from sources import views as sources
from sources.catalogue.views import DatasetViewSet
from sources.changes.views import ChangeViewSet
from sources.releases.views import ReleasedFileViewSet, ReleaseViewSet

SCHEMA_IS_KEPT_FOR = 300

schema = SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer2])
kept_schema = cache_control(public=True)(cache_page(SCHEMA_IS_KEPT_FOR, cache="process")(schema))
docs = SpectacularSwaggerSplitView.as_view(template_name="minerals_api/docs.html")

router = DescribedRouter()
router.register("minerals", minerals.MineralViewSet, "minerals")
router.register("countries", minerals.CountryViewSet, "countries")
router.register("lists", minerals.ListViewSet, "lists")
router.register("reserves", minerals.ReserveViewSet, "reserves")
router.register("production", minerals.ProductionViewSet, "production")
router.register("trade", minerals.TradeViewSet, "trade")
router.register("designations", minerals.DesignationViewSet, "designations")
router.register("memberships", minerals.MembershipViewSet, "memberships")
router.register("uses", minerals.UseViewSet, "uses")
router.register("partners", projects.PartnerViewSet, "partners")
router.register("projects", projects.ProjectViewSet, "projects")
router.register("figures", projects.FigureViewSet, "figures")
router.register("events", projects.EventViewSet, "events")
router.register("participations", projects.ParticipationViewSet, "participations")
router.register("outputs", projects.OutputViewSet, "outputs")
router.register("components", projects.ComponentViewSet, "components")
router.register("locations", projects.LocationViewSet, "locations")
router.register("affiliations", projects.AffiliationViewSet, "affiliations")
router.register("assessments", projects.AssessmentViewSet, "assessments")
router.register("sources", sources.SourceViewSet, "sources")
router.register("facts", sources.FactViewSet, "facts")
router.register("citations", sources.CitationViewSet, "citations")
router.register("revisions", sources.RevisionViewSet, "revisions")
router.register("changes", ChangeViewSet, "changes")
router.register("compare", ComparisonViewSet, "compare")
router.register("vocabularies", sources.VocabularyViewSet, "vocabularies")
router.register("dataset/releases", ReleaseViewSet, "releases")
router.register("dataset", DatasetViewSet, "dataset")

urlpatterns = [
    path("", pages.home, name="home"),
    path("problems/", pages.problems, name="problems"),
    path("problems/<slug:slug>", pages.problem, name="problem"),
    path(
        "api/v1/dataset/releases/<str:name>/<str:file>",
        ReleasedFileViewSet.as_view({"get": "retrieve"}, detail=True),
        name="released-file",
    ),
    path("api/v1/", include(router.urls)),
    path("api/schema/", kept_schema, name="schema"),
    path("api/docs/", docs, name="docs"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("admin/care/", admin.site.admin_view(dashboard), name="care"),
    path("admin/", admin.site.urls),
]

handler400 = "minerals_api.errors.bad_request"
handler403 = "minerals_api.errors.permission_denied"
handler404 = "minerals_api.errors.page_not_found"
handler500 = "minerals_api.errors.server_error"
