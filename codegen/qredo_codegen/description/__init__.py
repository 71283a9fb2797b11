"""Reading a description: YAML, references, overlays, validation, the rules that it must keep."""
