"""Whole jobs, composed: the one place that puts worlds, plans and the engine together."""
