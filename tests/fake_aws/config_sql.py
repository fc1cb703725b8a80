"""AWS Config's SQL ("Querying the Current Configuration State of AWS Resources with AWS Config", Query Components and Limitations): what it documents, and a refusal of everything else."""

import json
import re
from datetime import datetime

from .errors import AwsError

_TOKEN = re.compile(r"\s+|(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w:\-]*(?:\.[A-Za-z0-9_][\w:\-/]*)*)|(?P<sign><=|>=|<|>|=|\(|\)|,|\*)")
# The documentation lists them as not supported.
_REFUSED = {"ALL", "AS", "DISTINCT", "FROM", "HAVING", "JOIN", "UNION", "NULL", "IS", "LIMIT", "OFFSET"}
_WORDS = _REFUSED | {"SELECT", "WHERE", "GROUP", "ORDER", "BY", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "ASC", "DESC"}
_FUNCTIONS = {"COUNT", "SUM", "MIN", "MAX", "AVG"}
# What `*` stands for: the scalar properties alone.
STAR = """accountId arn availabilityZone awsRegion configurationItemCaptureTime configurationStateId resourceCreationTime resourceId resourceName resourceType version""".split()
_PROPERTIES = set(STAR) | {"configuration", "configurationItemStatus", "relationships", "supplementaryConfiguration", "tags"}


def refused(message):
    """How AWS Config refuses an expression."""
    return AwsError("InvalidExpressionException", message)


class Query:
    """A parsed expression."""

    def __init__(self, expression):
        if not 1 <= len(expression) <= 4096:
            raise refused("the expression has more than 4,096 characters")
        self._tokens = list(_tokens(expression))
        self._position = 0
        self._keyword("SELECT")
        self.columns = self._columns()
        self.where = self._or() if self._optional("WHERE") else None
        self.groups = self._names() if self._optional("GROUP", "BY") else []
        self.orders = self._orders() if self._optional("ORDER", "BY") else []
        if self._position != len(self._tokens):
            raise refused(f"unexpected {self._tokens[self._position][1]}")
        if len(self.groups) > 3 or (any(isinstance(name, tuple) for name, _ in self.orders) and len(self.groups) > 1):
            raise refused("GROUP BY takes up to 3 properties, and 1 where an aggregate orders them")
        if self.groups and any(isinstance(column, str) and column not in self.groups for column in self.columns):
            raise refused("a property that is selected is not grouped by")

    @property
    def aggregates(self):
        """Whether rows are counted."""
        return bool(self.groups) or any(isinstance(column, tuple) for column in self.columns)

    @property
    def fields(self):
        """The names of QueryInfo."""
        return [f"{column[0]}({column[1]})" if isinstance(column, tuple) else column for column in self.columns]

    def run(self, rows):
        """The rows that the query selects, as objects."""
        kept = [row for row in rows if row.get("configurationItemStatus") != "ResourceNotRecorded" and (self.where is None or self.where(row))]
        if self.aggregates:
            return self._grouped(kept)
        for name, descending in reversed(self.orders):
            kept = sorted(kept, key=lambda row: json.dumps(_first(row, name)), reverse=descending)
        return [self._selected(row) for row in kept]

    def _selected(self, row):
        made = {}
        for column in self.columns:
            if column == "*":
                made.update({key: row[key] for key in STAR if row.get(key) is not None})
            else:
                _merge(made, _projected(row, column.split(".")))
        return made

    def _grouped(self, rows):
        groups = {}
        for row in rows:
            groups.setdefault(json.dumps([_first(row, name) for name in self.groups]), []).append(row)
        if not self.groups and not groups:
            groups["[]"] = []
        made = []
        for key, members in groups.items():
            result = {}
            for name, value in zip(self.groups, json.loads(key), strict=True):
                if name in self.columns:
                    _merge(result, _nested(name.split("."), value))
            for column in self.columns:
                if isinstance(column, tuple):
                    result[f"{column[0]}({column[1]})"] = _aggregate(column, members)
            made.append(result)
        for name, descending in reversed(self.orders):
            label = f"{name[0]}({name[1]})" if isinstance(name, tuple) else name
            made = sorted(made, key=lambda row: (isinstance(row.get(label), str), row.get(label) or 0), reverse=descending)
        return made

    def _peek(self):
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "the end")

    def _next(self):
        token = self._peek()
        self._position += 1
        return token

    def _optional(self, *words):
        ahead = self._tokens[self._position : self._position + len(words)]
        if [token[1] for token in ahead] != list(words) or any(token[0] != "keyword" for token in ahead):
            return False
        self._position += len(words)
        return True

    def _keyword(self, *words):
        if not self._optional(*words):
            raise refused(f"{self._peek()[1]} where {' '.join(words)} is expected")

    def _sign(self, sign):
        if self._next() != ("sign", sign):
            raise refused(f"{sign} is expected")

    def _taken(self, sign):
        if self._peek() == ("sign", sign):
            self._position += 1
            return True
        return False

    def _name(self):
        kind, name = self._next()
        if kind != "word":
            raise refused(f"{name} where a property is expected")
        if name.split(".")[0] not in _PROPERTIES:
            raise refused(f"no property is called {name}")
        return name

    def _names(self):
        names = [self._name()]
        while self._taken(","):
            names.append(self._name())
        return names

    def _column(self):
        if self._taken("*"):
            return "*"
        ahead = self._tokens[self._position : self._position + 2]
        if len(ahead) == 2 and ahead[0][0] == "word" and ahead[0][1].upper() in _FUNCTIONS and ahead[1] == ("sign", "("):
            function = self._next()[1].upper()
            self._sign("(")
            name = "*" if self._taken("*") else self._name()
            self._sign(")")
            return function, name
        return self._name()

    def _columns(self):
        columns = [self._column()]
        while self._taken(","):
            columns.append(self._column())
        return columns

    def _orders(self):
        orders = []
        while True:
            name = self._column()
            descending = self._optional("DESC")
            if not descending:
                self._optional("ASC")
            orders.append((name, descending))
            if not self._taken(","):
                return orders

    def _or(self):
        terms = [self._and()]
        while self._optional("OR"):
            terms.append(self._and())
        return lambda row: any(term(row) for term in terms)

    def _and(self):
        terms = [self._not()]
        while self._optional("AND"):
            terms.append(self._not())
        return lambda row: all(term(row) for term in terms)

    def _not(self):
        if self._optional("NOT"):
            inner = self._not()
            return lambda row: not inner(row)
        if self._taken("("):
            inner = self._or()
            self._sign(")")
            return inner
        return self._comparison()

    def _comparison(self):
        name = self._name()
        negated = self._optional("NOT")
        if self._optional("IN"):
            self._sign("(")
            wanted = [self._literal()]
            while self._taken(","):
                wanted.append(self._literal())
            self._sign(")")
            return self._any(name, lambda value: any(_same(value, one) for one in wanted), negated)
        if self._optional("BETWEEN"):
            low = self._literal()
            self._keyword("AND")
            high = self._literal()
            return self._any(name, lambda value: _compare(value, low) >= 0 and _compare(value, high) <= 0, negated)
        if self._optional("LIKE"):
            return self._any(name, _like(self._literal()), negated)
        if negated:
            raise refused("NOT stands before IN, BETWEEN and LIKE, or before a condition")
        kind, sign = self._next()
        if kind != "sign" or sign not in ("=", "<", ">", "<=", ">="):
            raise refused(f"{sign} is no comparison")
        wanted = self._literal()
        test = {"=": lambda value: _same(value, wanted), "<": lambda value: _compare(value, wanted) < 0, ">": lambda value: _compare(value, wanted) > 0}
        test |= {"<=": lambda value: _compare(value, wanted) <= 0, ">=": lambda value: _compare(value, wanted) >= 0}
        return self._any(name, test[sign], False)

    @staticmethod
    def _any(name, test, negated):
        """A condition on an array holds when any member of it does."""
        path = name.split(".")
        return lambda row: any(test(value) for value in _values(row, path)) != negated

    def _literal(self):
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise refused(f"{text} is no literal")


def _tokens(expression):
    position = 0
    while position < len(expression):
        matched = _TOKEN.match(expression, position)
        if matched is None:
            raise refused(f"the expression cannot be read at {expression[position : position + 20]!r}")
        position = matched.end()
        if matched.lastgroup is None:
            continue
        text = matched[0]
        if matched.lastgroup == "word" and text.upper() in _WORDS:
            if text.upper() in _REFUSED:
                raise refused(f"{text.upper()} is not supported")
            yield "keyword", text.upper()
        else:
            yield matched.lastgroup, text


def _like(pattern):
    # Wildcards stand at the end alone, behind three characters or more; `_` is one for a single character.
    if not isinstance(pattern, str) or "%" in pattern[:-1]:
        raise refused("wildcard matches are only supported as suffixes")
    if pattern.endswith("%") and len(pattern) < 4:
        raise refused("wildcard matches need at least three characters before them")
    form = "".join(".*" if character == "%" else "." if character == "_" else re.escape(character) for character in pattern)
    return lambda value: isinstance(value, str) and re.fullmatch(form, value, re.DOTALL) is not None


def _same(value, wanted):
    if isinstance(value, bool) or isinstance(wanted, bool):
        return str(value).lower() == str(wanted).lower()
    return str(value) == str(wanted)


def _compare(value, wanted):
    if isinstance(value, (int, float)) and isinstance(wanted, (int, float)):
        return (value > wanted) - (value < wanted)
    left, right = str(value), str(wanted)
    try:
        left, right = datetime.fromisoformat(left), datetime.fromisoformat(right)
        if (left.tzinfo is None) != (right.tzinfo is None):
            left, right = left.replace(tzinfo=None), right.replace(tzinfo=None)
    except ValueError:
        pass
    return (left > right) - (left < right)


def _values(value, path):
    if isinstance(value, list):
        for inner in value:
            yield from _values(inner, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        if path[0] in value:
            yield from _values(value[path[0]], path[1:])
    elif isinstance(value, str) and value[:1] in "{[":
        # A property may be a JSON text; nothing in it can be asked for unless AWS Config unpacked it.
        return


def _first(row, name):
    return next(iter(_values(row, name.split("."))), None)


def _projected(value, path):
    """The part of a value that a path leaves, in the form of the whole."""
    if isinstance(value, list):
        parts = [_projected(inner, path) for inner in value]
        return [part for part in parts if part is not None]
    if not path:
        return value
    if not isinstance(value, dict) or value.get(path[0]) is None:
        return None
    inner = _projected(value[path[0]], path[1:])
    return None if inner is None else {path[0]: inner}


def _nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def _merge(into, part):
    for key, value in (part or {}).items():
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value)
        elif isinstance(into.get(key), list) and isinstance(value, list) and len(into[key]) == len(value) and all(isinstance(one, dict) for one in [*into[key], *value]):
            for one, other in zip(into[key], value, strict=True):
                _merge(one, other)
        else:
            into[key] = json.loads(json.dumps(value))


def _aggregate(column, rows):
    function, name = column
    if function == "COUNT":
        return len(rows) if name == "*" else sum(1 for row in rows if _first(row, name) is not None)
    values = [value for row in rows for value in _values(row, name.split(".")) if isinstance(value, (int, float))]
    if not values:
        return None
    return {"SUM": sum(values), "MIN": min(values), "MAX": max(values), "AVG": sum(values) / len(values)}[function]
