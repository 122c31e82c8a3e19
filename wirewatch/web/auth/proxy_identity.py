"""People whom a reverse proxy has signed in, by headers that only a trusted proxy may send."""

from __future__ import annotations

from dataclasses import dataclass

from config.errors import UsageError
from config.settings import Settings
from config.settings.proxy_identity import parse_group_roles
from core.store.accounts import Account, AccountRole, check_name
from wirewatch.web.auth.principal import Principal
from wirewatch.web.auth.request import AccessRequest


@dataclass(frozen=True, slots=True)
class ProxyUser:
    """A person as a trusted proxy describes them.

    Attributes:
        name: Empty if the proxy sent more than one name, or one that no account could have.
        role: The highest role of their groups; None if no group has one.
    """

    name: str
    role: AccountRole | None = None

    def identify(self, account: Account | None) -> Principal | None:
        """Return the principal; None if neither a group nor an account gives a role.

        Args:
            account: The account of the same name, if there is one.
        """
        role = self.role or (account.role if account else None)
        return Principal(role, self.name) if self.name and role else None


class ProxyIdentity:
    """Reads the headers.

    Args:
        settings: Names of the headers, and roles of groups.
    """

    def __init__(self, settings: Settings) -> None:
        self._user_header = settings.web_user_header
        self._groups_header = settings.web_groups_header
        roles = parse_group_roles(settings.web_group_roles)
        self._roles = {group: AccountRole.parse(role) for group, role in roles.items()}

    def read(self, request: AccessRequest) -> ProxyUser | None:
        """Return whom the proxy has signed in; None if it names nobody or is not trusted."""
        if not self._user_header or not request.is_from_proxy:
            return None
        names = request.headers.getlist(self._user_header)
        if not any(names):
            return None
        return ProxyUser(_name(names), self._highest_role(request))

    def _highest_role(self, request: AccessRequest) -> AccountRole | None:
        if not self._groups_header:
            return None
        listed = ",".join(request.headers.getlist(self._groups_header)).split(",")
        roles = [self._roles[group.strip()] for group in listed if group.strip() in self._roles]
        return max(roles, default=None)


def _name(values: list[str]) -> str:
    """Return the only name. Of two, one may be the client's own."""
    if len(values) != 1:
        return ""
    try:
        text = values[0].encode("latin-1").decode("utf-8", "replace")
        return check_name(text)
    except UsageError:
        return ""
