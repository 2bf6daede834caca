"""What a set of built files is: their own truth, and an index's verdict on the very upload."""
