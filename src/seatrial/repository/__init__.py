"""Facts: packages, version sites, changelog, history."""
