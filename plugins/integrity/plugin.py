"""What integrity provides: results that a person looks at before they count."""

from __future__ import annotations

from lms.api.competency import ProgrammeAttained
from lms.api.people import ARRIVALS, PERSONAL_DATA, RETENTION, Erased, Merged, PersonalTable
from lms.api.plugins import Plugin, on
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.integrity import journal
from plugins.integrity.models import Case, CaseHand, CasePaper, CasePerson, CaseStep, KnownDevice
from plugins.integrity.services import finding, keeping, looking
from plugins.integrity.views import arriving, mine, officials
from quizzes.api import AttemptGraded

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
_CASES = _("Kept with the case, without your name, until its term is over.")

plugin = Plugin(
    name="integrity",
    package="plugins.integrity",
    needs={"lms": ">=0.1,<1", "quizzes": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ROUTES.of(officials.routes, mine.routes),
        MENU.of(*officials.menu),
        PANELS.of(*mine.panels),
        ARRIVALS.of(arriving.arrival),
        PERIODIC.of(Periodic("integrity.look", 3_600, looking.look, aside=True)),
        PERSONAL_DATA.of(
            PersonalTable(
                CasePerson.__table__, "account_id", _("Results of yours that a person looks at"),
                ("told_at", "answer", "wants_help", "answered_at"), Merged.MOVES, Erased.BLANKED,
                {"answer": "", "wants_help": False},
            ),
            PersonalTable(
                CasePaper.__table__, "account_id", _("Papers of yours that a person looks at"), (),
                Merged.MOVES, Erased.KEPT, why_kept=_CASES,
            ),
            PersonalTable(
                KnownDevice.__table__, "account_id", _("Devices on which you signed in, as keyed numbers"), ("at",),
                Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                CaseHand.__table__, "account_id", _("Papers of others in which you had a part"), (), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                CaseStep.__table__, "by_id", _("What you decided about results of others"), ("at",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Case.__table__, "decided_by", _("Results of others about which you decided"), ("decided_at",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Case.__table__, "second_by", _("Results of others about which you agreed as a second person"),
                ("decided_at",), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
        ),
        RETENTION.of(*keeping.rules),
    ),
    hears=(on(AttemptGraded, looking.when_attempt_graded), on(ProgrammeAttained, finding.when_programme_attained)),
    migrations="migrations/integrity",
)  # fmt: skip
