"""What tests share: one module per topic."""
