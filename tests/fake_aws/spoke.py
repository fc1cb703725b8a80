"""Things of an account and Region, of the files of docs/capture.md and, where those lack them, of AWS Config; and the lists and answers made of them."""

import re
from datetime import datetime, timezone

from .errors import FakeProblem, not_found
from .pages import rule_of
from .shapes import project, timestamp


class Kind:
    """What a file holds: lines that are `{wrapper: item}`, items, or `{"Arn", "Response"}`; the types of AWS Config that know the same things, each with what makes an item of a row;
    and files whose answers are of the same things, each with what makes an item of the ARN: whatever was asked about must be listed too. `more` gives what a service has without anybody's having made it."""

    def __init__(self, path, wrapper=None, config=None, named_by=None, more=None):
        self.path, self.wrapper, self.config, self.named_by, self.more = path, wrapper, config or {}, named_by or {}, more

    def things(self, call):
        """Every item of the caller's account and Region, those of the file first."""
        made, seen = [], set()
        for line in call.estate.spoke_items(call.account, call.region, self.path) or []:
            for thing in self._things_of(line):
                made.append(thing)
                seen |= thing.own_names()
        for kind, make in self.config.items():
            for row in call.estate.config_of(kind, call.account, call.region):
                item = make(row)
                thing = Thing(item, row.get("arn"), loose=True) if item is not None else None
                if thing is not None and not thing.own_names() & seen:
                    made.append(thing)
                    seen |= thing.own_names()
        for path, make in self.named_by.items():
            for line in call.estate.spoke_items(call.account, call.region, path) or []:
                arn = line.get("Arn") or line.get("ARN")
                item = make(arn) if arn not in seen else None
                if item is not None:
                    made.append(Thing(item, arn))
                    seen.add(arn)
        return made + [Thing(item, None) for item in (self.more(call) if self.more else ())]

    def _things_of(self, line):
        for entry in line if isinstance(line, list) else [line]:
            if set(entry) == {"Arn", "Response"}:
                response = entry["Response"]
                yield Thing(response.get(self.wrapper, response) if self.wrapper else response, entry["Arn"])
            elif self.wrapper and isinstance(entry.get(self.wrapper), list):
                yield from (Thing(item, None) for item in entry[self.wrapper])
            elif self.wrapper and isinstance(entry.get(self.wrapper), dict):
                yield Thing(entry[self.wrapper], None)
            else:
                yield Thing(entry, None)


class Thing:
    """An item, the ARN that it was asked for where its answer does not name it, and whether its field names are AWS Config's."""

    def __init__(self, item, arn, loose=False):
        self.item, self.arn, self.loose = item, arn, loose

    def own_names(self):
        """The ARNs that it calls itself by."""
        return {self.arn} - {None} or {value for key, value in self.item.items() if key.lower().endswith("arn") and "role" not in key.lower() and isinstance(value, str)}

    def names(self):
        """Everything by which a request may ask for it."""
        found = _names_of(self.arn)
        for key, value in self.item.items():
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                found.add(str(value))
                if key.lower().endswith("arn") and "role" not in key.lower():
                    found |= _names_of(str(value))
        return found

    def has(self, name):
        """The value of a field, in either casing."""
        for key, value in self.item.items():
            if key.lower() == name.lower():
                return value
        return None


def _names_of(arn):
    """An ARN, its resource, what follows the type of the resource, and the last part."""
    if not arn or arn.count(":") < 5:
        return {arn} - {None}
    resource = arn.split(":", 5)[5]
    return {arn, resource, re.split("[:/]", resource, maxsplit=1)[-1], re.split("[:/]", resource)[-1]}


# How large a page may be: no name of a thing.
_PAGE_SIZES = {"Limit", "MaxItems", "MaxRecords", "MaxResults", "PageSize", "limit", "maxItems", "maxResults", "pageSize"}


def asked_for(call, things, ignored=()):
    """The things that every parameter of a request names, but for those of pages and `ignored`."""
    rule = rule_of(call.service, call.operation)
    passed_over = {*ignored, *_PAGE_SIZES, *(rule[0::3] if rule else ())}
    wanted = [_plain(value) for key, value in call.parameters.items() if key not in passed_over and isinstance(value, (str, int)) and not isinstance(value, bool)]
    return [thing for thing in things if all(value in names for names in [thing.names()] for value in wanted)]


def _plain(value):
    text = str(value)
    # A queue is asked for by its address, whose last part is its name.
    return text.rsplit("/")[-1] if re.match(r"https?://[^/]*(sqs|queue|127\.0\.0\.1)", text) else text


def loosely(shape, value):
    """What of a Config row's blob fits a shape: names in any casing, values that convert; the rest is left out."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return None
        names = {name.lower(): (name, member) for name, member in shape.members.items()}
        made = {}
        for key, inner in value.items():
            if key.lower() in names and inner is not None:
                name, member = names[key.lower()]
                fitting = loosely(member, inner)
                if fitting is not None:
                    made[name] = fitting
        return made
    if kind == "list":
        fitting = [loosely(shape.member, inner) for inner in value] if isinstance(value, list) else []
        return [inner for inner in fitting if inner is not None]
    if kind == "map":
        return {key: inner for key, inner in ((key, loosely(shape.value, inner)) for key, inner in value.items()) if inner is not None} if isinstance(value, dict) else None
    if kind == "timestamp":
        try:
            return datetime.fromtimestamp(value / 1000, timezone.utc) if isinstance(value, (int, float)) and value > 1e11 else timestamp(value)
        except (ValueError, TypeError, OverflowError):
            return None
    if kind == "string":
        return value if isinstance(value, str) and (not shape.enum or value in shape.enum) else None
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind in ("integer", "long", "float", "double"):
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    return None


def fitted(shape, thing, aliases=None):
    """An item in the form of a structure; `aliases` are the structure's names of what the item calls otherwise."""
    made = loosely(shape, thing.item) if thing.loose else project(shape, thing.item)
    for name, given in (aliases or {}).items():
        value = thing.arn if given == "Arn" and thing.arn else thing.has(given)
        if name in shape.members and name not in made and value is not None:
            made[name] = value
    return made


def list_of(call, things, name=None, aliases=None):
    """The answer of an operation that lists `things`: whole items, or their field `name` where it lists texts."""
    rule = rule_of(call.service, call.operation)
    lists = [key for key, member in call.operation.output_shape.members.items() if member.type_name == "list"]
    key = rule[2][0] if rule else lists[0]
    member = call.operation.output_shape.members[key].member
    if member.type_name != "structure":
        if name is None:
            raise FakeProblem(f"what {call.operation.name} lists of an item has to be said")
        return {key: sorted({value for thing in things for value in [thing.has(name)] if value is not None})}
    return {key: [fitted(member, thing, aliases) for thing in things]}


def one_of(call, things, wrapper):
    """The answer of an operation that gives the one thing that was asked for."""
    if not things:
        raise not_found(call.operation, str({key: value for key, value in call.parameters.items() if isinstance(value, (str, int))}))
    shape = call.operation.output_shape
    inner = shape.members[wrapper] if wrapper and wrapper in shape.members else shape
    thing = things[0]
    item = fitted(inner, thing) if thing.loose else thing.item
    return {wrapper: item} if inner is not shape else item
