"""Authentication: keys, signatures, tokens, and explanations of wrong signatures."""
