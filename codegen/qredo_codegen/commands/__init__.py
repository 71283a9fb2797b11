"""The commands, one module each: what `python -m qredo_codegen` runs."""
