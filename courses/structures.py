"""How two versions of a course's plan differ, and how changes of the original are laid into an adapted one. Pure.

A course's plan is its modules and what they hold. Activities are the same by their kind and slug. Modules have no name
of their own: they are the same by their title, else by what they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from courses.comparing import Offer, ordered

Body = Mapping[str, Any]
Ref = tuple[str, str]
FACTS = ("title", "summary", "groups")  # the framework is the original's and stays


class Held(Struct, frozen=True):
    """An activity in a plan: the module that holds it, and what is said of it there."""

    module: str
    weight: float
    after: tuple[str, ...]


class Plan(Struct, frozen=True):
    """A course's plan with names for its modules. `instead`: slugs here of lessons that took an original's place."""

    modules: Mapping[str, str]  # title by name, in order
    areas: Mapping[str, str]
    held: Mapping[Ref, Held]  # in order
    instead: Mapping[str, str]

    def inside(self, module: str) -> list[Ref]:
        """What a module holds, in order."""
        return [ref for ref, held in self.held.items() if held.module == module]


def plan_of(body: Body, base: Plan | None = None, instead: Mapping[str, str] | None = None) -> Plan:
    """The plan of a course. Modules that are in `base` have its names; `instead`: slug of an original → slug here."""
    own = dict(instead or {})
    originals = {here: original for original, here in own.items()}

    def original(kind: str, slug: str) -> str:
        return originals.get(slug, slug) if kind == "lesson" else slug

    refs = [[(a["kind"], original(a["kind"], a["slug"])) for a in m["activities"]] for m in body["modules"]]
    names = _named([m["title"] for m in body["modules"]], refs, base)
    held: dict[Ref, Held] = {}
    for name, inside, module in zip(names, refs, body["modules"], strict=True):
        for ref, activity in zip(inside, module["activities"], strict=True):
            after = tuple(originals.get(slug, slug) for slug in activity.get("after", ()))
            held.setdefault(ref, Held(name, activity.get("weight", 1), after))
    titles = dict(zip(names, (m["title"] for m in body["modules"]), strict=True))
    areas = dict(zip(names, (m["skill_area"] for m in body["modules"]), strict=True))
    return Plan(titles, areas, held, own)


def _named(titles: Sequence[str], refs: Sequence[Sequence[Ref]], base: Plan | None) -> list[str]:
    """A name for each module: that of the module of `base` with the same title, or that holds most of the same."""
    names: list[str | None] = [None] * len(titles)
    free = dict(base.modules) if base is not None else {}
    for place, title in enumerate(titles):
        found = next((name for name, known in free.items() if known == title), None)
        if found is not None:
            names[place] = found
            del free[found]
    for place, inside in enumerate(refs):
        if names[place] is None and base is not None:
            shared = {name: len(set(inside) & set(base.inside(name))) for name in free}
            best = max(shared, key=lambda name: shared[name], default=None)
            if best is not None and shared[best]:
                names[place] = best
                del free[best]
    used = {*(base.modules if base is not None else ()), *filter(None, names)}
    made = []
    for title, name in zip(titles, names, strict=True):
        wanted, number = name or f"+{title}", 2
        while name is None and wanted in used:
            wanted, number = f"+{title} {number}", number + 1
        used.add(wanted)
        made.append(wanted)
    return made


def offers(base: Body, theirs: Body, mine: Body, instead: Mapping[str, str]) -> list[Offer]:
    """What the original changed since `base` and does not stand here already: facts, modules, then activities.

    Keys are `fact:<name>`, `module:<name>`, `activity:<kind>/<slug>`. A module's values are titles, an activity's are
    `Held`; None where it is not there.
    """
    found = []
    for name in FACTS:
        was, now, here = base.get(name), theirs.get(name), mine.get(name)
        if now not in (was, here):
            found.append(Offer(f"fact:{name}", was, now, here, here != was))
    old = plan_of(base)
    new, own = plan_of(theirs, old), plan_of(mine, old, instead)
    for module in _all(new.modules, old.modules):
        was, now, here = old.modules.get(module), new.modules.get(module), own.modules.get(module)
        if now in (was, here):
            continue
        added_to = now is None and any(ref not in old.held for ref in own.inside(module))
        found.append(Offer(f"module:{module}", was, now, here, here != was or added_to))
    for ref in _all(new.held, old.held):
        one, other, third = old.held.get(ref), new.held.get(ref), own.held.get(ref)
        if other in (one, third):
            continue
        found.append(Offer("activity:" + "/".join(ref), one, other, third, third != one))
    return found


def taken(base: Body, theirs: Body, mine: Body, instead: Mapping[str, str], keys: Collection[str]) -> dict[str, Any]:
    """This version with the chosen offers laid in; the framework is the original's.

    What was added here stays. A module that was chosen to go goes only if nothing is left in it; one that an activity
    needs comes along. The order is the original's where it was not changed here.
    """
    chosen = [offer for offer in offers(base, theirs, mine, instead) if offer.key in keys]
    old = plan_of(base)
    new, own = plan_of(theirs, old), plan_of(mine, old, instead)
    body: dict[str, Any] = {**mine, "framework": theirs.get("framework", "")}
    modules, held = dict(own.modules), dict(own.held)
    gone: set[str] = set()
    for offer in chosen:
        what, _colon, name = offer.key.partition(":")
        if what == "fact":
            body[name] = offer.theirs
        elif what == "module" and offer.theirs is None:
            gone.add(name)
        elif what == "module":
            modules[name] = offer.theirs
        else:
            kind, _slash, slug = name.partition("/")
            if offer.theirs is None:
                held.pop((kind, slug), None)
            else:
                held[kind, slug] = offer.theirs
    for place in held.values():
        modules.setdefault(place.module, new.modules.get(place.module, old.modules.get(place.module, "")))
    for name in gone - {place.module for place in held.values()}:
        modules.pop(name, None)
    areas = {**own.areas, **{n: a for n, a in new.areas.items() if n not in own.areas}, **_kept(old.areas, modules)}
    body["modules"] = list(_written(Plan(modules, areas, held, own.instead), (old, new, own)))
    return body


def locked(base: Body, mine: Body, instead: Mapping[str, str]) -> dict[str, Any]:
    """This version with the original's tags: its framework, and the areas of the modules that come from there."""
    old = plan_of(base)
    own = plan_of(mine, old, instead)
    modules = [
        {**module, "skill_area": old.areas.get(name, module["skill_area"])}
        for name, module in zip(own.modules, mine["modules"], strict=True)
    ]
    return {**mine, "framework": base.get("framework", ""), "modules": modules}


def replaced(body: Body, original: str, here: str) -> dict[str, Any]:
    """A course with a lesson in another's place, also where others wait for it. Harmless when repeated."""

    def instead(ref: Mapping[str, Any]) -> dict[str, Any]:
        same = (ref["kind"], ref["slug"]) == ("lesson", original)
        after = [here if slug == original else slug for slug in ref.get("after", ())]
        return {**ref, **({"slug": here} if same else {}), **({"after": after} if after else {})}

    held = any((a["kind"], a["slug"]) == ("lesson", original) for m in body["modules"] for a in m["activities"])
    if not held:
        return dict(body)
    return {**body, "modules": [{**m, "activities": [instead(a) for a in m["activities"]]} for m in body["modules"]]}


def _kept(areas: Mapping[str, str], modules: Mapping[str, str]) -> dict[str, str]:
    return {name: area for name, area in areas.items() if name in modules}


def _all(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> list[Any]:
    return [*first, *(key for key in second if key not in first)]


def _written(plan: Plan, sides: tuple[Plan, Plan, Plan]) -> Iterator[dict[str, Any]]:
    """The modules as a body holds them."""
    old, new, own = sides
    there = {slug for _kind, slug in plan.held}

    def slug_here(slug: str) -> str:
        return plan.instead.get(slug, slug)

    for name in ordered(list(old.modules), list(new.modules), list(own.modules), set(plan.modules)):
        inside = {ref for ref, place in plan.held.items() if place.module == name}
        refs = ordered(old.inside(name), new.inside(name), own.inside(name), inside)
        activities = []
        for kind, slug in refs:
            place = plan.held[kind, slug]
            ref = {"kind": kind, "slug": slug_here(slug) if kind == "lesson" else slug, "weight": place.weight}
            after = [slug_here(first) for first in place.after if first in there]
            activities.append({**ref, "after": after} if after else ref)
        yield {"title": plan.modules[name], "skill_area": plan.areas.get(name, ""), "activities": activities}
