"""What compiled files demand of the machine that runs them, and which tags that makes true."""
