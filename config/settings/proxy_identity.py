"""Settings of sign-in by a reverse proxy, which has asked an identity provider (OIDC) who it is."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings

ROLES = ("reader", "analyst", "operator")


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]*", name):
        raise ValueError("it should be the name of a header, such as X-Forwarded-User")
    return name


def parse_group_roles(text: str) -> dict[str, str]:
    """Return group to role.

    Raises:
        ValueError: A part is not of the form ``group=role``, or there is no such role.
    """
    pairs = [part.rpartition("=") for part in text.split(",") if part.strip()]
    roles = {group.strip(): role.strip() for group, _, role in pairs}
    if "" in roles or not set(roles.values()) <= set(ROLES):
        raise ValueError("it should be groups with roles, such as desk=analyst,it=operator")
    return roles


def _group_roles(text: str) -> str:
    parse_group_roles(text)
    return text


HeaderName = Annotated[str, AfterValidator(_header_name)]


class ProxyIdentitySettings(BaseSettings):
    """Which headers of a trusted proxy say who sends a request."""

    web_user_header: HeaderName = Field(
        default="",
        description="Header in which a trusted proxy names the person it has signed in, such as "
        "`X-Forwarded-User`; empty: people sign in here.",
    )
    web_groups_header: HeaderName = Field(
        default="",
        description="Header in which that proxy lists the person's groups, separated by commas.",
    )
    web_group_roles: Annotated[str, AfterValidator(_group_roles)] = Field(
        default="",
        description="Roles of groups: `desk=analyst,it=operator`; a person has the highest.",
    )

    @model_validator(mode="after")
    def _needs_a_trusted_proxy(self) -> ProxyIdentitySettings:
        if self.web_user_header and not getattr(self, "web_trusted_proxies", ""):
            raise ValueError(
                "WIREWATCH_WEB_USER_HEADER is believed from a trusted proxy only: name it in"
                " WIREWATCH_WEB_TRUSTED_PROXIES"
            )
        return self
