"""The release as text, HTML and JSON."""
