"""What is done with papers and with batches of them, as the journal of acts calls it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from certificates.models import Batch
from lms.api.people import below
from lms.api.work import Act, Subject, _, connection

acts = (
    Act("credential.suspended", _("Suspended a paper")),
    Act("credential.restored", _("Made a suspended paper valid again")),
    Act("credential.corrected", _("Issued a corrected paper instead of another")),
    Act("credential.reissued", _("Issued a paper again under a new number")),
    Act("credential.superseded", _("Marked a paper as replaced by another")),
    Act("result.confirmed", _("Confirmed a result, so that its paper is issued")),
    Act("result.returned", _("Returned a result without a paper")),
    Act("papers.handed_over", _("Noted that papers were handed over")),
    Act("papers.handover_struck", _("Struck the note that a paper was handed over")),
    Act("batch.begun", _("Began a batch of papers")),
    Act("batch.paused", _("Paused a batch of papers")),
    Act("batch.resumed", _("Went on with a batch of papers")),
    Act("batch.cancelled", _("Ended a batch of papers early")),
)


def _titles(keys: Collection[str], units: Collection[int]) -> Mapping[str, str]:
    table = Batch.__table__.c
    found = connection().execute(
        select(table.uuid, table.title).where(
            table.uuid.in_([UUID(key) for key in keys]), table.org_id.in_(below(units))
        )
    )
    return {str(row.uuid): row.title for row in found}


subjects = (
    Subject("attainment", _("A result and its paper")),
    Subject("batch", _("Batch of papers"), _titles),
)
