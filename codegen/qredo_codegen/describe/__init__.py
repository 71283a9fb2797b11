"""From a vendor's OpenAPI file to a description that generates as it is, and a record of what was decided."""
