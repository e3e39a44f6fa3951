"""Settings of the review page: where it listens, and which TLS proxy leads to it from other machines."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

LOOPBACK = "127.0.0.1"
_HOST = re.compile(r"(?=[^:]{1,253}(:|$))[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?", re.ASCII)


def _address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise ValueError("an IPv4 address is written like 192.168.1.5") from None


def _proxy(text: str) -> str:
    """The name as a browser sends it: in small letters, without the port that https has anyway."""
    name = text.lower().removesuffix(":443")
    if not _HOST.fullmatch(name):
        raise ValueError("a proxy is named like nights.example.home, without https://")
    if name.partition(":")[0] == "localhost" or name.startswith("127."):
        raise ValueError("a proxy has a name of its own, under which other machines find it")
    return name


class ReviewSettings(BaseModel):
    """How other machines reach the review page; by default none does.

    ``proxy`` is the name under which a TLS proxy is asked for it. ``listen`` is an IPv4 address to listen on besides
    127.0.0.1, for a proxy on another machine, whose own address is ``proxy_address`` (none: it runs on this machine).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    listen: Annotated[str, AfterValidator(_address)] = LOOPBACK
    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    proxy_address: Annotated[str, AfterValidator(_address)] | None = None

    @model_validator(mode="after")
    def _never_without_tls(self) -> Self:
        if self.proxy is None and self.listen != LOOPBACK:
            raise ValueError("listen beyond 127.0.0.1 needs proxy, the name of a TLS proxy before it")
        if self.proxy is None and self.proxy_address is not None:
            raise ValueError("proxy_address needs proxy, the name under which it is asked")
        return self
