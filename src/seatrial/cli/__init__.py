"""One module per command: parses, calls, renders; decides nothing."""
