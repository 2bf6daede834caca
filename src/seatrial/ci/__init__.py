"""The same plan as jobs of a forge's CI."""
