"""The emulated AWS as a server runs it: the emulator's application with its differences bridged."""

from __future__ import annotations

from . import callbacks, functionnames, hosts, openapi, placeholders, runtimeclient, runtimes
from .parts import module

for bridge in (callbacks, functionnames, hosts, openapi, placeholders, runtimeclient, runtimes):
    bridge.install()

app = hosts.reached(module("app").app)
