"""Tests of what a repository says."""
