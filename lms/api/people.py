"""Who is here, what they may do, where they belong."""

from lms.granting.queries import people as find_people
from lms.granting.queries import with_role, without_role
from lms.identity.accounts import (
    CONSENT_TEXT,
    check_name,
    hold,
    lesson_language,
    normal_phone,
    normal_username,
    set_lesson_language,
)
from lms.identity.ages import is_minor
from lms.identity.arrivals import ARRIVALS, Arrival
from lms.identity.consenting import LEARNING_RECORD, VOICE, agreed, give_consent, has_consent, withdraw_consent
from lms.identity.entering import WAYS_IN, OneStepMore, WayIn, enter, enter_within
from lms.identity.grants import grants_of, roles_here
from lms.identity.identities import Proved, account_of, begin_linking, identities_of, link, unlink
from lms.identity.making import NewPerson, make_people, unmake_people, untouched
from lms.identity.numbers import identity_key, identity_tail, normal_number
from lms.identity.passwords import check_strength, hash_password
from lms.identity.passwords import matches as password_matches
from lms.identity.people import (
    CLAIM_HOLDS,
    Claim,
    Person,
    accounts_of,
    birth_years,
    claim_or_none,
    claimed,
    here,
    here_or_none,
    joined_to,
    people_by_id,
    person_by_id,
)
from lms.identity.personal import PERSONAL_DATA, Erased, Merged, PersonalTable
from lms.identity.proofs import ACTIONS, Action, LevelNeeded, require_level
from lms.identity.roles import May, roles_that
from lms.identity.sessions import end_current, end_one, end_sessions, helpers_of, rotate_current
from lms.merging.events import AccountMerged, AccountMergeUndone
from lms.merging.finding import PAIR_COLUMNS, forget_pairs, note_duplicates, note_pairs
from lms.orgs.finding import Found, find_units
from lms.orgs.knowing import Known, known_by_id, known_by_name, known_by_number, known_by_phone, known_by_username
from lms.orgs.picking import UnitPick, pick_unit
from lms.orgs.queries import (
    ancestors,
    ancestors_of,
    children,
    nation_id,
    org,
    org_at,
    org_of_membership,
    orgs_by_id,
    orgs_of,
    orgs_of_people,
    path_name,
    path_names,
    reaches,
)
from lms.orgs.scope import (
    below,
    may_at,
    people_below,
    people_for,
    person_for,
    require_anywhere,
    require_at,
    units_where,
)
from lms.orgs.units import Unit as NewUnit
from lms.orgs.units import join
from lms.orgs.units import load as load_units
from lms.privacy.events import AccountErased
from lms.privacy.guardians import needs_guardian
from lms.privacy.purposes import PURPOSES, Purpose
from lms.privacy.retaining import RETENTION, Retention
from lms.vietnamese import fold, given_name, mask_name, name_sort_key, nfc, sort_key

__all__ = [
    "ACTIONS", "ARRIVALS", "CLAIM_HOLDS", "CONSENT_TEXT", "LEARNING_RECORD", "PAIR_COLUMNS", "PERSONAL_DATA",
    "PURPOSES", "RETENTION", "VOICE", "WAYS_IN", "AccountErased", "AccountMergeUndone", "AccountMerged", "Action",
    "Arrival", "Claim", "Erased", "Found", "Known", "LevelNeeded", "May", "Merged", "NewPerson", "NewUnit",
    "OneStepMore", "Person", "PersonalTable", "Proved", "Purpose", "Retention", "UnitPick", "WayIn", "account_of",
    "accounts_of", "agreed", "ancestors", "ancestors_of", "begin_linking", "below", "birth_years", "check_name",
    "check_strength", "children", "claim_or_none", "claimed", "end_current", "end_one", "end_sessions", "enter",
    "enter_within", "find_people", "find_units", "fold", "forget_pairs", "give_consent", "given_name", "grants_of",
    "has_consent", "hash_password", "helpers_of", "here", "here_or_none", "hold", "identities_of", "identity_key",
    "identity_tail", "is_minor", "join", "joined_to", "known_by_id", "known_by_name", "known_by_number",
    "known_by_phone", "known_by_username", "lesson_language", "link", "load_units", "make_people", "mask_name",
    "may_at", "name_sort_key", "nation_id", "needs_guardian", "nfc", "normal_number", "normal_phone", "normal_username",
    "note_duplicates", "note_pairs", "org", "org_at", "org_of_membership", "orgs_by_id", "orgs_of", "orgs_of_people",
    "password_matches", "path_name", "path_names", "people_below", "people_by_id", "people_for", "person_by_id",
    "person_for", "pick_unit", "reaches", "require_anywhere", "require_at", "require_level", "roles_here", "roles_that",
    "rotate_current", "set_lesson_language", "sort_key", "units_where", "unlink", "unmake_people", "untouched",
    "with_role", "withdraw_consent", "without_role",
]  # fmt: skip
