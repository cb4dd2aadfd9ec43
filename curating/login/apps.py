from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """Django's admin, on a site of our own."""

    default = False
    default_site = "curating.login.site.DeskSite"
