"""Reading descriptions: routes, validation, hints."""
