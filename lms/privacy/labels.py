"""What the columns that people see of their own data are called, and what their values mean."""

from __future__ import annotations

from lms.text import Text, _

COLUMNS: dict[str, Text] = {
    "act": _("Act"), "act_by": _("Act by"), "activity_id": _("Lesson or quiz"), "address": _("Sent to"),
    "address_form": _("Spoken to as"), "answer": _("Answer"), "answer_by": _("Answer by"),
    "answered_at": _("Answered at"), "asked_at": _("Asked at"), "assurance_level": _("How sure the name is"),
    "at": _("When"), "attained_at": _("Reached on"), "attribute": _("What you told"), "began_at": _("Began at"),
    "birth_date": _("Day of birth"), "birth_year": _("Year of birth"), "body": _("Words"),
    "break_minutes": _("Minutes of breaks"), "by_mail": _("By e-mail"), "by_phone": _("By telephone"),
    "changed_at": _("Changed at"), "channel": _("By which way"), "choice": _("Your choice"),
    "completed_at": _("Completed at"), "confirmed_at": _("Confirmed at"), "course_id": _("Course"),
    "device": _("Device"), "email": _("E-mail address"), "ended_at": _("Ended at"), "ends_at": _("Ends at"),
    "evidence": _("What it rests on"), "extra": _("More time, in percent"), "facts": _("Facts on the paper"),
    "full_name": _("Full name"), "given_at": _("Given at"), "hour_from": _("From hour"), "hour_to": _("Until hour"),
    "identity_tail": _("Last digits of the citizen's number"), "issued_at": _("Issued at"), "item_id": _("Question"),
    "kind": _("Kind"), "lang": _("Language"), "last_at": _("Last learned"), "lesson_lang": _("Language of lessons"),
    "level": _("Level"), "linked_at": _("Linked at"), "made_at": _("Made at"), "marked_at": _("Marked at"),
    "marks": _("Marks"),
    "most": _("At most"), "name": _("Name"), "no_limit": _("No clock at all"), "note": _("Note"), "number": _("Number"),
    "opened_at": _("Opened at"), "org_id": _("Unit"), "outcome": _("Outcome"), "paper": _("The paper, word for word"),
    "passage": _("Passage"), "passed": _("Passed"), "phone": _("Telephone"), "points": _("Points reached"),
    "present": _("Who was present"), "programme_id": _("Programme"), "provider": _("Other system"),
    "published_at": _("Published at"), "purpose": _("For what"), "raw": _("Points"), "read_aloud": _("Read aloud"),
    "read_at": _("Read at"), "reason": _("Reason"), "relation": _("Is your"), "remind": _("Reminders"),
    "reviewed_at": _("Reviewed at"), "revoked_at": _("Withdrawn at"), "right": _("Right"), "role": _("Role"),
    "rows": _("Rows"), "seen_at": _("Last used"), "sent_at": _("Sent at"), "set_at": _("Set at"),
    "slug": _("Short name"), "started_at": _("Begun at"), "state": _("State"), "subject": _("About"),
    "submitted_at": _("Handed in at"), "t": _("By the phone's clock"), "target_group": _("Group"),
    "text_version": _("Version of the text"), "title": _("Title"), "traps": _("Traps that were pressed"),
    "undone_at": _("Undone at"), "unsure": _("The phone's clock cannot be right"), "until": _("Until"),
    "used_at": _("Used at"), "username": _("Sign-in name"), "valid_from": _("From"), "valid_to": _("Until"),
    "way": _("Way in"), "what": _("What was seen"), "withdrawn_at": _("Taken back at"), "words": _("In your own words"),
    "wrong_since": _("Wrong tries since"),
}  # fmt: skip
VALUES: dict[str, Text] = {
    "citizens": _("Citizens"), "officials": _("Officials and public employees"), "students": _("Pupils and students"),
    "workers": _("Workers"), "self": _("Yourself"), "helper": _("Through a helper"),
    "guardian": _("Through a guardian"), "paper": _("On paper"), "learning-record": _("Keeping your learning"),
    "reminders": _("Reminders and messages outside"), "sensitive": _("Counting who is reached"),
    "voice": _("Your voice in lessons"),
    "password": _("Password"), "card": _("Card"), "code": _("Code"), "sign-up": _("New account"), "valid": _("Valid"),
    "revoked": _("Withdrawn"), "replaced": _("Replaced by a newer one"), "open": _("Waiting for an answer"),
    "answered": _("Answered, being done"), "done": _("Done"), "refused": _("Refused, with the reason"),
    "taken-back": _("Taken back"), "see": _("A question about my data"),
    "correct": _("Something is wrong: please correct it"), "erase": _("Please erase my data"),
    "object": _("I do not want my data used in this way"),
}  # fmt: skip
