"""What runs inside the emulated AWS's own process, on its Python: this folder is on its path, and nothing else of ours.

Its modules import the standard library and the emulator alone.
"""
