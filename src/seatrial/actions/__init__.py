"""What each kind of action does to the world: observe, act, undo."""
