"""The core's own manifest: it uses the contract that it offers."""

from __future__ import annotations

from lms import audit, home, journal, limits, personal_data, projected
from lms.audit import ACTS, SUBJECTS
from lms.competency.events import ProgrammeAttained
from lms.contract.findings import EXAMINATIONS
from lms.contract.points import Plugin, on
from lms.contract.projections import PROJECTIONS
from lms.disclosure import views as disclosure
from lms.granting.views import mine as my_rights
from lms.granting.views import people, roles
from lms.identity import codes, identities, kept_forms, sessions
from lms.identity import declared as identity_declared
from lms.identity.arrivals import ARRIVALS, Arrival
from lms.identity.events import PersonKnownBetter
from lms.identity.personal import PERSONAL_DATA
from lms.identity.views import account, agreeing, returning, safety, stepping_in
from lms.inbox import personal as inbox_personal
from lms.inbox import reminding
from lms.inbox import views as inbox
from lms.learning.events import ActivityCompleted, CourseCompleted, Practised
from lms.media import clearing as media_clearing
from lms.media import examining as media_examining
from lms.media import following as media_following
from lms.media import personal as media_personal
from lms.media import views as media_views
from lms.media import working as media_working
from lms.merging import finding, following
from lms.merging.events import AccountMerged, AccountMergeUndone
from lms.merging.views import pairs as duplicates
from lms.messages import examining, sending, standard
from lms.messages.channels import CHANNELS
from lms.messages.events import MessageKept
from lms.outbox.worker import PERIODIC, Periodic
from lms.packages import giving, taking
from lms.packages import views as packages
from lms.packages.importing import PACKAGE_PARTS, PackagePart
from lms.places import reorganizing
from lms.places.views import acts as unit_acts
from lms.places.views import mine as my_units
from lms.places.views import tables as unit_tables
from lms.places.views import units as unit_pages
from lms.privacy import personal as privacy_personal
from lms.privacy import retaining
from lms.privacy.events import AccountErased
from lms.privacy.purposes import PURPOSES, purposes
from lms.privacy.retaining import RETENTION
from lms.privacy.views import auditing, office
from lms.privacy.views import guardians as guardian_pages
from lms.privacy.views import mine as privacy
from lms.proving import views as proving
from lms.rest.operations import OPERATIONS
from lms.rest.views import operations
from lms.reviewing import personal as reviewing_personal
from lms.reviewing import views as reviewing
from lms.speech import following as speech_following
from lms.speech.voices import VOICES, RecordedVoice
from lms.transparency import entering
from lms.web.menu import MENU, PANELS
from lms.web.routes import ROUTES
from lms.web.views import reader

plugin = Plugin(
    name="lms",
    package="lms",
    needs={},
    provides=(
        ROUTES.of(
            reader.routes,
            account.routes,
            home.routes,
            inbox.routes,
            packages.routes,
            privacy.routes,
            guardian_pages.routes,
            office.routes,
            auditing.routes,
        ),
        ROUTES.of(people.routes, roles.routes, my_rights.routes),
        ROUTES.of(stepping_in.routes, agreeing.routes, returning.routes, safety.routes, proving.routes),
        ROUTES.of(unit_pages.routes, unit_acts.routes, unit_tables.routes, my_units.routes),
        ROUTES.of(duplicates.routes, media_views.routes, reviewing.routes, disclosure.routes),
        OPERATIONS.of(*operations),
        MENU.of(
            *duplicates.menu,
            *unit_pages.menu,
            *proving.menu,
            *packages.menu,
            *reviewing.menu,
            *office.menu,
            *auditing.menu,
            *people.menu,
            *roles.menu,
        ),
        PACKAGE_PARTS.of(
            PackagePart("frameworks", 10, taking.take_frameworks, giving.give_frameworks),
            PackagePart("programmes", 60, taking.take_rules_and_programmes, giving.give_rules_and_programmes),
        ),
        CHANNELS.of(*standard.channels),
        VOICES.of(RecordedVoice()),
        EXAMINATIONS.of(*examining.examinations, *media_examining.examinations),
        PANELS.of(
            *duplicates.panels,
            *my_units.panels,
            *proving.panels,
            *safety.panels,
            *inbox.panels,
            *privacy.panels,
            *office.panels,
            *my_rights.panels,
        ),
        PERSONAL_DATA.of(
            *identity_declared.tables,
            *personal_data.tables,
            *inbox_personal.tables,
            *media_personal.tables,
            *privacy_personal.tables,
            *reviewing_personal.tables,
        ),
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        PROJECTIONS.of(*projected.projections),
        RETENTION.of(*retaining.rules),
        PURPOSES.of(*purposes),
        PERIODIC.of(
            Periodic("lms.forget-old-limits", 86_400, limits.forget_old),
            Periodic("lms.end-idle-sessions", 86_400, sessions.end_idle),
            Periodic("lms.forget-old-codes", 86_400, codes.forget_old),
            Periodic("lms.forget-arriving", 3600, identities.forget_old),
            Periodic("lms.forget-kept-forms", 900, kept_forms.forget_old),
            Periodic("lms.forget-due", 86_400, retaining.forget_due),
            Periodic("lms.note-audit-head", 3600, audit.note_head),
            Periodic("lms.look-for-duplicates", 86_400, finding.sweep),
            Periodic("lms.remind", 900, reminding.remind_due),
            Periodic("lms.transparency", 2, entering.give_places),
            Periodic("lms.units-on-their-day", 300, reorganizing.carry_out_due),
            Periodic("lms.make-media", 1, media_working.work_due, aside=True),
            Periodic("lms.tidy-media", 86_400, media_working.tidy_up),
            Periodic("lms.clear-files", 86_400, media_clearing.clear, aside=True),
        ),
        ARRIVALS.of(
            Arrival("keep-what-was-learnt", home.keep_what_was_learnt),
            Arrival("kept-forms", kept_forms.when_arrived),
        ),
    ),
    hears=(
        on(AccountErased, speech_following.when_account_erased),
        on(AccountErased, media_following.when_account_erased),
        on(AccountMerged, following.when_account_merged),
        on(MessageKept, sending.when_message_kept, sending.hand_over, alone=True),
        on(PersonKnownBetter, following.when_person_known_better),
    ),
    tells=(
        AccountErased,
        AccountMerged,
        AccountMergeUndone,
        PersonKnownBetter,
        ActivityCompleted,
        CourseCompleted,
        MessageKept,
        Practised,
        ProgrammeAttained,
    ),
    migrations="migrations/lms",
)
