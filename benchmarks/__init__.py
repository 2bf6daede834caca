"""How long Seatrial takes, as ratios to what a person would do otherwise."""
