"""Says everything twice."""
