"""Who is here, what they may do, where they belong."""

from lms.identity.accounts import hold, normal_phone, normal_username
from lms.identity.arrivals import ARRIVALS, Arrival
from lms.identity.entering import WAYS_IN, WayIn, enter
from lms.identity.grants import ADMINISTRATOR, CONFIRMER, INSTRUCTOR, REPORTER, VERIFIER, grants_of, require, roles_here
from lms.identity.making import NewPerson, make_people
from lms.identity.numbers import identity_key, identity_tail, normal_number
from lms.identity.people import (
    CLAIM_HOLDS,
    Claim,
    Person,
    claim_or_none,
    claimed,
    here,
    here_or_none,
    people_by_id,
    person_by_id,
)
from lms.identity.personal import PERSONAL_DATA, Erased, Merged, PersonalTable
from lms.identity.roles import May
from lms.orgs.queries import ancestors, nation_id, org, org_of_membership, orgs_of, orgs_of_people, path_name, reaches
from lms.orgs.scope import below, people_below, require_anywhere, require_at, units_where
from lms.orgs.units import join
from lms.vietnamese import fold, given_name, mask_name, name_sort_key, nfc, sort_key

__all__ = [
    "ADMINISTRATOR", "ARRIVALS", "CLAIM_HOLDS", "CONFIRMER", "INSTRUCTOR", "PERSONAL_DATA", "REPORTER", "VERIFIER",
    "WAYS_IN", "Arrival", "Claim", "Erased", "May", "Merged", "NewPerson", "Person", "PersonalTable", "WayIn",
    "ancestors", "below", "claim_or_none", "claimed", "enter", "fold", "given_name", "grants_of", "here",
    "here_or_none", "hold", "identity_key", "identity_tail", "join", "make_people", "mask_name", "name_sort_key",
    "nation_id", "nfc", "normal_number", "normal_phone", "normal_username", "org", "org_of_membership", "orgs_of",
    "orgs_of_people", "path_name", "people_below", "people_by_id", "person_by_id", "reaches", "require",
    "require_anywhere", "require_at", "roles_here", "sort_key", "units_where",
]  # fmt: skip
