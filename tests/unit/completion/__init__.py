"""The copies of what a team wrote, with what a release needs."""
