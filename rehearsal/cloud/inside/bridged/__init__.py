"""The emulator's own differences from AWS, bridged where they arise, so that no template has to know of them.

Each module takes the place of something in the emulator, whose version is locked; :func:`parts.take` refuses to start
an emulator in which that something is not what the bridge was written for.
"""
