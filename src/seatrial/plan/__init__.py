"""The values a plan is made of, and the one function that makes a plan."""
