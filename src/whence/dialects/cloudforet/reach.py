"""How far a caller reaches: which workspaces and projects, and which calls. Source: Cloudforet contract 2."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from whence.dialects.cloudforet.call import Call
from whence.dialects.cloudforet.errors import Code, Fault, fault
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.vocabulary import NAME, domain_id
from whence.domain.access import Principal, Right
from whence.domain.errors import Doubt, Unauthenticated
from whence.domain.query.question import Condition, Operator
from whence.domain.webhook import default_workspace

_READS: Final = frozenset({"get", "list", "stat"})
_PEOPLE: Final = frozenset({"Alert"})  # whose writes are those of people who work on alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a caller's requests are held to. `workspace` and `projects` None: any."""

    by: Principal
    workspace: str | None
    projects: tuple[str, ...] | None
    may_write: bool

    @classmethod
    def of(cls, call: Call, service: str, verb: str) -> Self:
        """The reach of the caller, who may make this call.

        Raises:
            Fault: they may not.
        """
        by = call.by
        if by is None:
            raise fault(Unauthenticated(Doubt.MISSING))
        options = Options.read(by.options.get(NAME, {}))
        kind = "read" if verb in _READS else "write"
        if options.permissions is not None:
            permission = f"monitoring:{service}.{kind}"
            if not any(permission.startswith(one) for one in options.permissions):
                raise denied()
        by.require(Right.READ_EVENTS if kind == "read" else Right.WRITE_PROBLEMS if service in _PEOPLE else Right.ADMIN)
        workspace = options.workspace
        if options.projects is not None and workspace is None:
            workspace = default_workspace(by.account_id)
        may_write = Right.ADMIN in by.rights
        return cls(by=by, workspace=workspace, projects=options.projects, may_write=may_write)

    @property
    def domain(self) -> str:
        """The caller's account."""
        return domain_id(self.by.account_id)

    def conditions(self, request: Mapping[str, Any]) -> tuple[Condition, ...]:
        """What every row must pass. What is forced stands in place of what the request says of workspaces.

        Raises:
            Fault: the request names a project that is not the caller's.
        """
        held: list[Condition] = []
        workspace = self.workspace or request.get("workspace_id")
        if workspace:
            held.append(Condition("workspace_id", Operator.EQ, workspace))
        if self.projects is not None:
            self.require_project(request.get("project_id"))
            held.append(Condition("project_id", Operator.IN, self.projects))
        return tuple(held)

    def require_project(self, project: str | None) -> None:
        """Return when the project is one of the caller's, or none is named.

        Raises:
            Fault: it is not.
        """
        if project and self.projects is not None and project not in self.projects:
            raise denied()

    def home(self, request: Mapping[str, Any]) -> str:
        """The workspace that something new belongs to."""
        return self.workspace or request.get("workspace_id") or default_workspace(self.by.account_id)

    def reaches(self, workspace: str, project: str) -> bool:
        """Whether what is there is the caller's."""
        return (self.workspace is None or workspace == self.workspace) and (
            self.projects is None or project in self.projects
        )

    def missing(self, key: str, value: str) -> Fault:
        """The fault of what is not there, or not the caller's, which is the same."""
        names = [key, "domain_id"]
        held: list[object] = [value, self.domain]
        if self.workspace is not None:
            names.append("workspace_id")
            held.append(self.workspace)
        if self.projects is not None:
            names.append("project_id")
            held.append(list(self.projects))
        return Fault(Code.NOT_FOUND, f"Resource cannot be found or access is denied. ({tuple(names)} = {tuple(held)})")


def denied() -> Fault:
    """The fault of a call that its caller may not make."""
    return Fault(Code.PERMISSION_DENIED, "Permission denied.")
