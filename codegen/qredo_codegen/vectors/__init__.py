"""Makes `vectors.json` and `hmac-vectors.json` in spec/signing: signatures, right and wrong, for any language.

It uses hashlib and the `cryptography` package only, and none of the code that the vectors are to check. Everything
in it is deterministic: the same cases and keys give the same bytes.
"""
