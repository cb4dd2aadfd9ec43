"""What the link checker found, kept beside the sources. The sources themselves it never changes."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from sources.models import Source

LONGEST_ADDRESS = 2000


class Outcome(models.TextChoices):
    OK = "ok", "ok: it answers"
    REDIRECTED = "redirected", "redirected: it answers, but with another page or on another site"
    NOT_FOUND = "not_found", "not_found: the site has no such page (404)"
    GONE = "gone", "gone: the site says that it removed the page (410)"
    NO_HOST = "no_host", "no_host: the name of the site is not known any more"
    FORBIDDEN = "forbidden", "forbidden: the site does not show it to programs or without a login (401, 402, 403, 451)"
    RATE_LIMITED = "rate_limited", "rate_limited: the site asked to come back later (429)"
    CLIENT_ERROR = "client_error", "client_error: the site refused the request in another way (4xx)"
    SERVER_ERROR = "server_error", "server_error: the site failed (5xx)"
    TIMEOUT = "timeout", "timeout: no whole answer came in time"
    UNREACHABLE = "unreachable", "unreachable: no connection came about"
    BAD_TLS = "bad_tls", "bad_tls: the site's certificate or encryption is not valid"
    BAD_ANSWER = "bad_answer", "bad_answer: the connection broke off, or what came is no answer of HTTP"
    MANY_REDIRECTS = "many_redirects", "many_redirects: it leads from address to address without end"
    ROBOTS = "robots", "robots: the site's robots.txt asks programs not to look"
    PRIVATE = "refused_private", "refused_private: it leads into a private network, so it was not asked"
    BAD_ADDRESS = "bad_address", "bad_address: it is no address of the web, so it was not asked"


DEAD = (Outcome.NOT_FOUND, Outcome.GONE, Outcome.NO_HOST)
"""What says that a document is no longer where it was."""
PASSING = (
    Outcome.NO_HOST,
    Outcome.RATE_LIMITED,
    Outcome.SERVER_ERROR,
    Outcome.TIMEOUT,
    Outcome.UNREACHABLE,
    Outcome.BAD_ANSWER,
)
"""What may be otherwise tomorrow."""


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def current(self) -> Self:
        """The newest check of each source, where it was of the address that the source has now."""
        return self.filter(newest=True, address=F("source__url"))

    def dead(self) -> Self:
        return self.filter(outcome__in=DEAD)

    @transaction.atomic
    def add(self, source: Source, **found: object) -> LinkCheck:
        """Keep what was found of a source; earlier checks stay as its history."""
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        self.filter(source=source, newest=True).update(newest=False)
        return self.create(source=source, address=source.url, **found)


class LinkCheck(models.Model):
    """One look at the address of a source. It says nothing of what the document says."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="link_checks", help_text="The source whose address was asked."
    )
    address = models.URLField(max_length=1000, help_text="The address that was asked, as the source had it then.")
    checked_at = models.DateTimeField(default=timezone.now, help_text="When it was asked (UTC).")
    outcome = models.CharField(
        max_length=16, choices=Outcome.choices, help_text="What came of it, such as ok, redirected or not_found."
    )
    status = models.PositiveSmallIntegerField(
        null=True, help_text="Status of the last answer in HTTP, such as 404; null if there was none."
    )
    final_address = models.CharField(
        max_length=LONGEST_ADDRESS,
        blank=True,
        help_text="Where its redirects led in the end; null if there were none.",
    )
    note = models.TextField(blank=True, help_text="What else is to be said of it, such as why no answer came.")
    newest = models.BooleanField(default=True, help_text="Whether it is the newest check of its source.")
    archive_asked = models.DateTimeField(
        null=True,
        help_text="When the Internet Archive was asked for a copy after this check (UTC); null if it was not.",
    )

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = "link check"
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(newest=True), name="link_check_one_newest"),
        ]
        indexes = [
            models.Index(fields=["outcome"], condition=Q(newest=True), name="link_check_by_outcome"),
            models.Index(fields=["checked_at"], name="link_check_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source.key}: {self.outcome} on {self.checked_at:%Y-%m-%d}"

    @property
    def is_current(self) -> bool:
        """Whether it tells of the address that the source has now. Checks that are not the newest never do."""
        return self.newest and self.address == self.source.url


class ProposalState(models.TextChoices):
    OPEN = "open", "open: waits for a reviewer"
    ACCEPTED = "accepted", "accepted: the source names the copy"
    DISMISSED = "dismissed", "dismissed: it is not proposed again"


class ArchiveProposal(models.Model):
    """An archived copy that a source could name. It is proposed, and only a reviewer's word makes it the source's."""

    source = models.ForeignKey(
        Source,
        on_delete=models.CASCADE,
        related_name="archive_proposals",
        help_text="The source whose address is dead or leads elsewhere.",
    )
    address = models.URLField(max_length=1000, help_text="Address of the archived copy.")
    taken_at = models.DateTimeField(help_text="When the copy was taken (UTC), as the archive says.")
    found_at = models.DateTimeField(default=timezone.now, help_text="When the archive told of it (UTC).")
    state = models.CharField(
        max_length=16,
        choices=ProposalState.choices,
        default=ProposalState.OPEN,
        help_text="Where it stands: open, accepted or dismissed.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="archive_decisions",
        help_text="Who accepted or dismissed it; null while it is open.",
    )
    decided_at = models.DateTimeField(null=True, help_text="When that was (UTC); null while it is open.")
    reason = models.TextField(blank=True, help_text="Why it was accepted or dismissed; null while it is open.")

    class Meta:
        ordering = ["-found_at", "-pk"]
        verbose_name = "archived copy proposed"
        verbose_name_plural = "archived copies proposed"
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(state=ProposalState.OPEN), name="archive_proposal_one_open"
            ),
            models.UniqueConstraint(fields=["source", "address"], name="archive_proposal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source.key}: copy of {self.taken_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN


def dead_sources() -> models.QuerySet[Source]:
    """Sources whose address is dead, and that name no archived copy in its stead."""
    return Source.objects.filter(archived_url="", pk__in=LinkCheck.objects.current().dead().values("source"))
