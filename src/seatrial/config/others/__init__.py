"""What other release tools were told, read into settings of ours; one module a family of tools."""
