"""The filters of projects, partners and the facts about them."""

from minerals.filters import BASIS, COUNTRY, ENTITY, FORM, OF_MINERALS, QUANTITY
from projects.bases import Realisation
from projects.models import Assessment, Location, Partner
from sources.filters import FACT, ChoiceFilter, EntityFilter, StrictFilterSet, TextFilter, WordFilter, number_filters
from sources.relations import NamedTogetherFilter

PROJECT = EntityFilter("project", "Projects by slug, name or alias.", "project")
PARTNER = EntityFilter("partner", "Partners by slug, name or alias.", "partner")
PHASE = TextFilter("phase", "Phase or part of the project, or null.")
REALISATION = ChoiceFilter("status", "Actual or planned.", Realisation.values, nullable=True)


class PartnerFilterSet(StrictFilterSet):
    offered = {
        **ENTITY,
        "type": ChoiceFilter("type", "Company, government, bank, organisation or person.", Partner.Type.values),
        "country": NamedTogetherFilter("Countries that some fact names together with them.", "country"),
        "project": NamedTogetherFilter("Projects that some fact names together with them.", "project"),
    }


class ProjectFilterSet(StrictFilterSet):
    offered = {
        **ENTITY,
        "country": NamedTogetherFilter("Countries that some fact names together with them.", "country"),
        "mineral": NamedTogetherFilter("Minerals that some fact names together with them.", "mineral"),
        "partner": NamedTogetherFilter("Partners that some fact names together with them.", "partner"),
    }


class FigureFilterSet(StrictFilterSet):
    offered = {
        "project": PROJECT,
        "phase": PHASE,
        "partner": PARTNER,
        "country": COUNTRY,
        "measure": WordFilter("measure", "What is measured.", "figure-measure", nullable=False),
        **OF_MINERALS,
        "form": FORM,
        "basis": BASIS,
        "reporting_code": TextFilter("reporting_code", "Reporting code, such as JORC, or null."),
        "reporting_class": TextFilter("reporting_class", "Class within the code, or null."),
        **QUANTITY,
        **FACT,
    }


class EventFilterSet(StrictFilterSet):
    offered = {
        "type": WordFilter("type", "What kind of event.", "event-type", nullable=False),
        "project": PROJECT,
        "phase": PHASE,
        "country": COUNTRY,
        "status": REALISATION,
        "partner": EntityFilter("parties__partner", "Partners that took part.", "partner"),
        "person": TextFilter("parties__person", "Persons who took part, by full name."),
        "role": WordFilter("parties__role", "What a party did.", "party-role", nullable=False),
        **FACT,
    }


class ParticipationFilterSet(StrictFilterSet):
    offered = {
        "project": PROJECT,
        "partner": PARTNER,
        "country": COUNTRY,
        "role": WordFilter("role", "The role.", "participation-role", nullable=False),
        **QUANTITY,
        **FACT,
    }


class OutputFilterSet(StrictFilterSet):
    offered = {
        "project": PROJECT,
        "phase": PHASE,
        **OF_MINERALS,
        "form": FORM,
        "role": WordFilter("role", "Main product, by-product, input…", "output-role", nullable=False),
        "status": REALISATION,
        **FACT,
    }


class ComponentFilterSet(StrictFilterSet):
    offered = {
        "project": PROJECT,
        "name": TextFilter("name", "The part, word for word, whatever its case."),
        "type": WordFilter("type", "Phase, facility, technology…", "component-type", nullable=False),
        "status": REALISATION,
        **FACT,
    }


class LocationFilterSet(StrictFilterSet):
    offered = {
        "project": PROJECT,
        "country": COUNTRY,
        "region": TextFilter("region", "Region or province, or null."),
        "locality": TextFilter("locality", "Town, district or site, or null."),
        "precision": ChoiceFilter("precision", "How precisely it is known.", Location.Precision.values),
        **number_filters("latitude", "latitude", "Latitude in degrees north", whole=False),
        **number_filters("longitude", "longitude", "Longitude in degrees east", whole=False),
        **FACT,
    }


class AffiliationFilterSet(StrictFilterSet):
    offered = {
        "partner": PARTNER,
        "relation": WordFilter("relation", "How it belongs.", "relation", nullable=False),
        "country": COUNTRY,
        "parent": EntityFilter("parent", "The partner that it belongs to.", "partner"),
        **QUANTITY,
        **FACT,
    }


class AssessmentFilterSet(StrictFilterSet):
    offered = {
        "type": WordFilter("type", "Benefit, risk, strategy…", "assessment-type", nullable=False),
        "theme": WordFilter("theme", "What it is about.", "theme"),
        "scope": ChoiceFilter("scope", "Whom or what it is said of.", Assessment.Scope.values),
        "country": COUNTRY,
        "partner": PARTNER,
        "project": PROJECT,
        "counterpart": EntityFilter("counterpart", "The other country that it concerns.", "country"),
        **OF_MINERALS,
        **FACT,
    }
