"""Questions in Cloudforet's query language, meaningful and wild ones. Source: Cloudforet contract 11, 12."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

Json = st.SearchStrategy[Any]

_MEANINGFUL: Final = (  # of events
    "title", "severity", "event_type", "resources", "additional_info.a", "additional_info.a.b",
    "raw_data.alerts.status", "raw_data", "created_at", "occurred_at", "project_id", "resource",
)  # fmt: skip
_FIELDS: Final = (
    "event_id", "event_key", "event_type", "title", "severity", "resources", "additional_info", "raw_data",
    "project_id", "alert_id", "webhook_id", "created_at", "occurred_at", "domain_id", "workspace_id", "resource_object",
    "state", "alert_number", "name", "requests.total", "plugin_info.options", "conditions", "order", "tags", "options",
)  # fmt: skip
_PATHS: Final = (
    *_FIELDS, "additional_info.a", "additional_info.a.b", "raw_data.alerts.labels.a", "raw_data.$where", "title.x",
    "resource", "user_projects", "alert.state", "nowhere", "", ".", "a..b", "é", "a." * 40 + "a", "__proto__",
)  # fmt: skip
_OPERATORS: Final = (
    "eq", "not", "in", "not_in", "lt", "lte", "gt", "gte", "contain", "not_contain", "contain_in", "not_contain_in",
    "regex", "regex_in", "exists", "match", "datetime_lt", "datetime_gte", "timediff_gt", "timediff_lte", "median", "",
)  # fmt: skip
_ACCUMULATIONS: Final = (
    "count", "sum", "average", "max", "min", "first", "last", "push", "add_to_set", "merge_objects", "median",
)  # fmt: skip
_PROJECTIONS: Final = ("size", "sum", "array_to_object", "object_to_array", "", "x")
_FORMATS: Final = ("year", "month", "day", "%Y-%m-%d", "%H", "%j %U %V %G %u", "%", "%Q", "'\"\\", "é", "%Y" * 60)
_EXPRESSIONS: Final = (
    "a|b", "^é$", "(a+)+$", "(a|aa)+$", r"\bx\b", "[", "(?<=a)b", r"\1", "a{1000000}", "(" * 300, ".*" * 200, "[^\\]",
    r"\d+\.\w", "(?i)a", "a{0}", "$.^", "\0",
)  # fmt: skip
_TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from([
    "INFO", "ALERT", "now-1h", "now/w + 9999999999999w", "now/d", "2026-03-04", "2026-03-04T08:15:30+09:00",
    "0001-01-01T00:00:00Z", "99999-01-01", "%", "_", "\\", *_EXPRESSIONS,
])  # fmt: skip
_SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.sampled_from([0, 1, 1.5, -0.0, 1e308, 2**53 + 1])
    | _TEXTS
)
_VALUES: Final = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$a", "é"]), inner, max_size=2),
    max_leaves=5,
)
_NAMES: Final = ("n", "k", "a.b", "$n", "é", "title")
_SHORT: Final = {"key": "k", "value": "v", "operator": "o", "name": "n"}
_PLAIN: Final = st.sampled_from(["INFO", "ALERT", "é a", "a", "", "2026-03-04", "now"])
_BY_OPERATOR: Final[Mapping[str, Json]] = {
    **dict.fromkeys(("eq", "not", "lt", "lte", "gt", "gte"), _PLAIN | st.integers(-2, 2)),
    **dict.fromkeys(("contain", "not_contain"), _TEXTS),
    **dict.fromkeys(("in", "not_in", "contain_in", "not_contain_in"), st.lists(_PLAIN, max_size=3)),
    "regex": st.sampled_from(_EXPRESSIONS),
    "regex_in": st.lists(st.sampled_from(_EXPRESSIONS[:3]), max_size=2),
    "exists": st.booleans(),
    "match": st.dictionaries(st.sampled_from(["name", "a"]), _PLAIN, max_size=2),
    **dict.fromkeys(("datetime_lt", "datetime_gte"), st.just("2026-03-04T08:15:30+09:00")),
    **dict.fromkeys(("timediff_gt", "timediff_lte"), st.sampled_from(["now-1h", "now/w", "now/d - 1d", "now + 1m"])),
}


@dataclass(frozen=True, kw_only=True)
class Language:
    """What questions are built of. `wild`: any word in any place, and any of them missing."""

    wild: bool

    def queries(self) -> Json:
        """Of a list."""
        refused = {"lookup": st.lists(_VALUES, max_size=1), "add_fields": st.dictionaries(self._names, _VALUES)}
        asked = self._some(
            **self._chosen(),
            sort=self._sorts(),
            only=st.lists(self._paths, min_size=1, max_size=3),
            minimal=st.booleans(),
            count_only=st.integers(0, 3).map(lambda n: n == 0),
            **(refused if self.wild else {}),
        )
        unwound = st.tuples(asked, self._unwind()).map(lambda pair: {"only": ["title"], **pair[0], "unwind": pair[1]})
        return asked | asked | unwound

    def statistics(self) -> Json:
        """Of what is computed."""
        stages = st.lists(self._stage(), min_size=0 if self.wild else 1, max_size=4)
        chosen = self._some(**self._chosen())
        what = st.fixed_dictionaries({"aggregate": stages}) | st.fixed_dictionaries({"distinct": self._paths})
        return st.tuples(chosen, what).map(lambda parts: {**parts[0], **parts[1]})

    @property
    def _paths(self) -> Json:
        return st.sampled_from(_PATHS if self.wild else _MEANINGFUL)

    @property
    def _names(self) -> Json:
        return st.sampled_from((*_NAMES, "") if self.wild else _NAMES)

    def _some(self, **members: Json) -> Json:
        return st.fixed_dictionaries({}, optional=members)

    def _each(self, **members: Json) -> Json:
        """An object with all of the members, or most of them, each in its long or in its short spelling."""
        made = self._some(**members) if self.wild else st.fixed_dictionaries(members)
        return st.tuples(made, st.booleans()).map(lambda drawn: _spelled(*drawn))

    def _chosen(self) -> dict[str, Json]:
        page = self._some(
            start=st.sampled_from([0, 1, 3, 2**32 - 1]), limit=st.sampled_from([0, 1, 2, 1000, 2**32 - 1])
        )
        conditions = self._conditions(*_BY_OPERATOR)
        return {"filter": conditions, "filter_or": conditions, "page": page, "keyword": _TEXTS | _PLAIN}

    def _conditions(self, *operators: str) -> Json:
        if self.wild:
            one = self._each(key=self._paths, value=_VALUES, operator=st.sampled_from(_OPERATORS))
        else:
            one = st.sampled_from(operators).flatmap(
                lambda name: self._each(key=self._paths, value=_BY_OPERATOR[name], operator=st.just(name))
            )
        return st.lists(one, max_size=2)

    def _sorts(self) -> Json:
        return st.lists(self._each(key=self._paths, desc=st.booleans()).map(_long), min_size=1, max_size=3)

    def _unwind(self) -> Json:
        return self._each(path=self._paths, filter=self._conditions("eq", "not", "in", "not_in", "contain"))

    def _stage(self) -> Json:
        count = st.integers(-1 if self.wild else 0, 3) | st.just(2**31 - 1)
        stages = {
            "unwind": self._unwind(),
            "group": self._group(),
            "count": self._each(name=self._names).map(_long),
            "sort": self._sorts(),
            "project": self._project(),
            "limit": count,
            "skip": count,
        }
        known = [st.fixed_dictionaries({name: stage}) for name, stage in stages.items()]
        return st.one_of(*known, st.just({})) if self.wild else st.one_of(*known)

    def _group(self) -> Json:
        key = self._each(key=self._paths, name=self._names, date_format=st.sampled_from(_FORMATS) | st.just(""))
        named = self._each(
            key=self._paths,
            name=self._names,
            operator=st.sampled_from(_ACCUMULATIONS if self.wild else _ACCUMULATIONS[:-1]),
        )
        counted = self._each(
            name=self._names, operator=st.sampled_from(["count"]), conditions=self._conditions("eq", "gt", "lte", "not")
        )
        pushed = self._each(
            name=self._names,
            operator=st.just("push"),
            fields=st.lists(self._each(key=self._paths, name=self._names), min_size=1, max_size=2),
        )
        fields = st.lists(named | counted | pushed, min_size=1, max_size=3)
        return self._each(keys=st.lists(key, max_size=2), fields=fields)

    def _project(self) -> Json:
        projections = st.sampled_from(_PROJECTIONS if self.wild else _PROJECTIONS[:-1])
        field = self._each(key=self._paths | self._names, name=self._names, operator=projections)
        return self._each(fields=st.lists(field, min_size=1, max_size=3), exclude_keys=st.booleans())


def _spelled(members: Mapping[str, object], is_short: bool) -> dict[str, object]:  # noqa: FBT001  drawn
    return {(_SHORT.get(name, name) if is_short else name): value for name, value in members.items()}


def _long(members: Mapping[str, object]) -> dict[str, object]:
    long = {short: name for name, short in _SHORT.items()}
    return {long.get(name, name): value for name, value in members.items()}


_TAME, _WILD = Language(wild=False), Language(wild=True)
queries: Final = _TAME.queries() | _TAME.queries() | _WILD.queries()
statistics: Final = _TAME.statistics() | _TAME.statistics() | _WILD.statistics()
