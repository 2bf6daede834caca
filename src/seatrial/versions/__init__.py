"""Pure arithmetic of versions, tags and bumps."""
