"""The signing rules, as pure functions: what is signed, how it is encoded, which headers carry it."""
