"""What the studio calls the parts of a practice: widgets, their fields, drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lms.api.web import say
from lms.api.work import Text, _
from plugins.practice.format.widgets import WIDGETS, taps

WIDGET_WORDS: Mapping[str, tuple[Text, str]] = {
    "heading": (_("Heading"), "text"),
    "text": (_("Some words"), "file-text"),
    "panel": (_("Label and value"), "info"),
    "apps": (_("Apps"), "layout-dashboard"),
    "list": (_("List of rows"), "list-checks"),
    "button": (_("Button"), "circle"),
    "field": (_("Field to fill in"), "pencil"),
    "amount": (_("Amount with number keys"), "wallet"),
    "choice": (_("Choose one"), "list-ordered"),
    "message": (_("Message"), "message-circle"),
    "scene": (_("Picture to tap on"), "image"),
    "result": (_("Result"), "circle-check"),
}
KEY_WORDS: Mapping[str, Text] = {
    "heading.text": _("The heading"),
    "text.text": _("The words; **bold** and *slanting* may be used"),
    "panel.label": _("Label"),
    "panel.value": _("Value"),
    "apps.items": _("Apps, one a row"),
    "list.items": _("Rows of the list"),
    "button.text": _("What stands on the button"),
    "button.kind": _("How it looks"),
    "field.label": _("Label"),
    "field.type": _("What is filled in"),
    "field.hint": _("Hint below the label, if you like"),
    "amount.label": _("Label"),
    "choice.label": _("What is asked"),
    "choice.options": _("Answers"),
    "message.from": _("Sender"),
    "message.text": _("The message"),
    "message.link": _("Link in the message, if there is one"),
    "message.mine": _("The learner wrote it"),
    "scene.src": _("Picture"),
    "scene.alt": _("What the picture shows, for those who cannot see it"),
    "scene.spots": _("Places that can be tapped"),
    "result.state": _("How it went"),
    "result.title": _("In large letters"),
    "result.text": _("More about it, if you like"),
}
COLUMN_WORDS: Mapping[str, Text] = {
    "icon": _("Drawing"),
    "label": _("What it says"),
    "title": _("What it says"),
    "note": _("Small words below"),
    "text": _("What it says"),
    "x": _("From the left, %"),
    "y": _("From above, %"),
    "w": _("Width, %"),
    "h": _("Height, %"),
    "name": _("What it is"),
}
CHOICE_WORDS: Mapping[str, Text] = {
    "plain": _("White"),
    "primary": _("Blue, the main one"),
    "danger": _("Red"),
    "text": _("What it says"),
    "number": _("A number"),
    "password": _("Secret, hidden while it is typed"),
    "search": _("Words to search for"),
    "tel": _("Telephone number"),
    "good": _("Well"),
    "bad": _("Badly: money or papers are lost"),
    "info": _("Neither: something to know"),
}
ICON_WORDS: Mapping[str, Text] = {
    "smartphone": _("Telephone in the hand"),
    "phone": _("Receiver"),
    "message-circle": _("Message"),
    "users": _("Contacts"),
    "user": _("Person"),
    "camera": _("Camera"),
    "video": _("Video call"),
    "mic": _("Microphone"),
    "image": _("Picture album"),
    "landmark": _("Bank"),
    "wallet": _("Wallet"),
    "qr-code": _("QR code"),
    "receipt": _("Bill"),
    "id-card": _("Identity card"),
    "globe": _("Web pages"),
    "search": _("Search"),
    "settings": _("Settings"),
    "bell": _("Notices"),
    "lock": _("Lock"),
    "calendar": _("Calendar"),
    "clock": _("Clock"),
    "cloud-sun": _("Weather"),
    "house": _("House"),
    "school": _("School"),
    "sprout": _("Plant"),
    "file-text": _("Sheet of paper"),
    "download": _("Download"),
    "volume-2": _("Sound"),
    "lightbulb": _("Lamp"),
    "circle-help": _("Question mark"),
}


def kinds() -> list[tuple[str, str, str]]:
    """(widget, its name, its drawing), in the order of the format."""
    return [(kind, say(WIDGET_WORDS[kind][0]), WIDGET_WORDS[kind][1]) for kind in WIDGETS]


def icons(held: str) -> list[tuple[str, str]]:
    """The drawings to choose from, with the one that stands there already."""
    rows = [(name, say(text)) for name, text in ICON_WORDS.items()]
    return rows if held in ICON_WORDS or not held else [(held, held), *rows]


def tap_names(view: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """What can be tapped on a screen: its words by its id."""
    names: dict[str, str] = {}
    for widget in view:
        for one in filter(None, taps(widget)):
            names[one] = _name_of(widget, one)
    return names


def _name_of(widget: Mapping[str, object], one: str) -> str:
    kind = widget["w"]
    rows = {"apps": ("items", 2), "list": ("items", 1), "scene": ("spots", 5)}.get(str(kind))
    if rows is not None:
        table = widget[rows[0]]
        assert isinstance(table, list)
        return next((str(row[rows[1]]) or one for row in table if row[0] == one), one)
    link = widget.get("link")
    if isinstance(link, list) and link and link[0] == one:
        return say(_("The link {text}", text=link[1]))
    return str(widget.get("text") or one)
