"""The emulated AWS as a server runs it: the emulator's application with its differences bridged."""

from __future__ import annotations

from . import hosts, openapi, placeholders, runtimeclient
from .parts import module

for bridge in (hosts, openapi, placeholders, runtimeclient):
    bridge.install()

app = hosts.reached(module("app").app)
