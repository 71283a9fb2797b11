"""The rules of the service over the state, without HTTP.

Every function is called with the world's lock held. What the documents leave open is decided in
the module that it belongs to, and listed in docs/emulator.md.
"""
