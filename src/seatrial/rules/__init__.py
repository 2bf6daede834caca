"""The numbered rules: each one function, one code, one page."""
