"""Who is here, what they may do, where they belong."""

from lms.identity.accounts import hold
from lms.identity.arrivals import ARRIVALS, Arrival
from lms.identity.grants import ADMINISTRATOR, CONFIRMER, INSTRUCTOR, REPORTER, VERIFIER, grants_of, require, roles_here
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
from lms.orgs.queries import ancestors, nation_id, org, org_of_membership, orgs_of, orgs_of_people, path_name, reaches
from lms.vietnamese import fold, given_name, mask_name, nfc, sort_key

__all__ = [
    "ADMINISTRATOR", "ARRIVALS", "CLAIM_HOLDS", "CONFIRMER", "INSTRUCTOR", "REPORTER", "VERIFIER", "Arrival", "Claim",
    "Person", "ancestors", "claim_or_none", "claimed", "fold", "given_name", "grants_of", "here", "here_or_none",
    "hold", "mask_name", "nation_id", "nfc", "org", "org_of_membership", "orgs_of", "orgs_of_people", "path_name",
    "people_by_id", "person_by_id", "reaches", "require", "roles_here", "sort_key",
]  # fmt: skip
