"""What certificates provides, hears and tells."""

from __future__ import annotations

from certificates import commands, journal, personal
from certificates.codes import reader as code_reader
from certificates.events import BatchFileDue, BatchPartDue, CredentialChanged, CredentialDrawn, CredentialIssued
from certificates.models import Batch, BatchRow, Check, Credential, PaperLook, StatusChange
from certificates.points import ATTACHED, DESIGNS, READERS
from certificates.published import PUBLISHED
from certificates.services import attaching, batches, bundling, counting, ending, issuing, logging, recording
from certificates.views import admin, api, card, carried, checks, confirming, mine, preview, register, remarked, verify
from certificates.views import batches as batch_pages
from certificates.views import looks as look_pages
from certificates.wording import without_person
from lms.api.competency import ProgrammeAttained
from lms.api.people import (
    PERSONAL_DATA,
    RETENTION,
    AccountErased,
    AccountMergeUndone,
    Erased,
    Merged,
    PersonalTable,
    Retention,
)
from lms.api.plugins import COMMANDS, COUNTED, Counted, Plugin, on
from lms.api.transparency import LOGGED
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Act, Periodic, _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="certificates",
    package="certificates",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(
            Act("credential.revoked", _("Withdrew a paper")), *journal.acts,
            Act("look.published", _("Put a look of papers in force")),
        ),
        SUBJECTS.of(*journal.subjects, *look_pages.subjects),
        COMMANDS.of(commands.command),
        PERIODIC.of(
            Periodic("certificates.forget-old-batches", 86_400, batches.forget_old),
            Periodic("certificates.tell-ending", 86_400, ending.tell_ending),
        ),
        ROUTES.of(
            verify.routes, preview.routes, checks.routes, carried.routes, mine.routes, card.routes, admin.routes,
            register.routes, confirming.routes, confirming.mine, look_pages.routes, batch_pages.routes,
        ),
        OPERATIONS.of(*api.operations),
        LOGGED.of(logging.logged),
        ATTACHED.of(attaching.log_proof),
        DESIGNS.of(*PUBLISHED),
        READERS.of(code_reader),
        COUNTED.of(Counted("certificates", counting.certificates)),
        MENU.of(*verify.menu, *confirming.menu, *checks.menu, *admin.menu, *look_pages.menu, *batch_pages.menu),
        PANELS.of(*mine.panels, *remarked.panels),
        RETENTION.of(
            Retention(
                "certificates.checks", _("Which official checked which paper, and for what"), recording.KEPT_DAYS,
                recording.LEAST_DAYS, recording.old_records, recording.forget_records,
            ),
        ),
        PERSONAL_DATA.of(
            *personal.tables,
            PersonalTable(
                Credential.__table__, "account_id", _("Your papers"),
                ("number", "issued_at", "state", "paper", "facts"),
                Merged.MOVES, Erased.BLANKED, {"paper": without_person, "pdf_key": None, "signed_key": None},
                _("The number and whether it is valid stay, so that whoever holds the paper can have it checked."),
                files=("pdf_key", "signed_key"),
            ),
            PersonalTable(
                PaperLook.__table__, "made_by", _("Looks of papers that you drew up"),
                ("kind", "version", "made_at", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                PaperLook.__table__, "published_by", _("Looks of papers that you put in force"),
                ("kind", "version", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Check.__table__, "by_id", _("Papers that you checked"),
                ("number", "at", "outcome", "channel", "form", "purpose"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                StatusChange.__table__, "by_id", _("Papers that you withdrew or replaced"), (), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Batch.__table__, "made_by", _("Batches of papers that you began"), ("title", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                BatchRow.__table__, "account_id", _("Batches in which a paper was issued to you"), ("said",),
                Merged.STAYS, Erased.BLANKED, {"said": {}},
                _("That a paper was issued, and in which batch, is known as long as its number is."),
            ),
        ),
    ),
    hears=(
        on(BatchPartDue, batches.when_batch_part_due),
        on(BatchFileDue, batches.when_batch_file_due, prepare=bundling.make_file, alone=True),
        on(AccountErased, batches.files_of_forgotten),
        on(AccountMergeUndone, issuing.when_account_merge_undone),
        on(ProgrammeAttained, issuing.when_programme_attained),
        on(CredentialIssued, issuing.when_credential_issued, prepare=issuing.draw_and_keep),
    ),
    tells=(BatchFileDue, BatchPartDue, CredentialIssued, CredentialDrawn, CredentialChanged),
    migrations="migrations/certificates",
)  # fmt: skip
