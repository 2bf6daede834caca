"""The embedded index and forge that a rehearsal runs against."""
