"""Addresses as they are counted: one household or office is one."""

import ipaddress


def neighbourhood(address: str) -> str:
    """The address itself; of IPv6 the /64, all of which one household has to choose from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or f"{int(parsed) >> 64:x}/64")
